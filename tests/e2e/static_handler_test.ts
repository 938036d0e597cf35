/** `staticFiles()` as the handler of a runtime's own server, with nothing of heddle's below it. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { type AddressInfo, connect } from "node:net";
import process from "node:process";
import { Readable } from "node:stream";
import { test } from "node:test";
import { staticFiles } from "../../src/entry/static.ts";
import { pause } from "../support/served.ts";
import { createSite } from "../support/static_site.ts";

type Handler = (request: Request) => Response | Promise<Response>;

interface OwnServer {
  readonly port: number;
  close(): unknown;
}

interface Runtimes {
  readonly Deno?: { serve(options: object, handler: Handler): { readonly addr: { readonly port: number }; shutdown(): Promise<void> } };
  readonly Bun?: { serve(options: object): { readonly port: number; stop(now: boolean): unknown } };
}

async function ownServer(handler: Handler): Promise<OwnServer> {
  const { Deno, Bun } = globalThis as Runtimes;
  if (Deno !== undefined) {
    const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, handler);
    return { port: server.addr.port, close: () => server.shutdown() };
  }
  if (Bun !== undefined) {
    const server = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: handler });
    return { port: server.port, close: () => server.stop(true) };
  }
  const server = createServer((request, response) => void answer(handler, request, response));
  await once(server.listen(0, "127.0.0.1"), "listening");
  return { port: (server.address() as AddressInfo).port, close: () => server.closeAllConnections() ?? server.close() };
}

/** As the adapters for Node do it: a request's body is a stream of what has come. */
async function answer(handler: Handler, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { method = "GET", url = "/" } = request;
  const body = method === "GET" ? {} : { body: Readable.toWeb(request) as unknown as ReadableStream, duplex: "half" };
  const { status, headers, body: content } = await handler(new Request(`http://a${url}`, { method, ...body }));
  response.writeHead(status, [...headers].flat());
  for await (const chunk of content ?? []) response.write(chunk);
  response.end();
}

const CLIENTS = 4;
const UPLOAD = 50_000_000;

/** What a client hears that sends a body of 50 MB, or as much of it as is taken. */
async function upload(port: number, method: string): Promise<string> {
  const client = connect(port, "127.0.0.1");
  let text = "";
  let closed = false;
  client.on("data", (bytes) => text += String(bytes)).on("error", () => {}).on("close", () => closed = true);
  await once(client, "connect");
  client.write(`${method} /a.txt HTTP/1.1\r\nHost: a\r\nContent-Length: ${UPLOAD}\r\n\r\n`);
  const chunk = Buffer.alloc(1_000_000);
  for (let sent = 0; sent < UPLOAD && !closed; sent += chunk.length) {
    client.write(chunk);
    // A server that answers and reads no more is left after a while.
    for (let tries = 0; tries < 100 && client.writableLength > 0 && !closed; tries++) await pause(2);
  }
  for (let tries = 0; tries < 1000 && text === "" && !closed; tries++) await pause(5);
  client.destroy();
  return text.slice(0, text.indexOf("\r\n"));
}

test("staticFiles() below a runtime's own server reads no body, and leaves none in memory", { timeout: 120_000 }, async () => {
  const site = staticFiles(createSite({ "a.txt": "a" }));
  const server = await ownServer((request) => site.fetch(request));
  try {
    for (const [method, status] of [["POST", "405"], ["GET", "200"]] as const) {
      const before = process.memoryUsage().rss;
      const answers = await Promise.all(Array.from({ length: CLIENTS }, () => upload(server.port, method)));
      const growth = process.memoryUsage().rss - before;
      for (const line of answers) assert.match(line, new RegExp(`^HTTP/1\\.1 ${status} `));
      assert.ok(growth < CLIENTS * UPLOAD / 2, `${method}: ${growth} bytes`);
    }
  } finally {
    await server.close();
  }
});
