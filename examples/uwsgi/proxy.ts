/**
 * A streaming proxy, by hand: each request goes to the server of `UPSTREAM` through `connect`, and neither its body nor the answer's is ever held whole.
 * Each step waits with its time, by `waitRead` and `waitWrite`; other requests run meanwhile, and when the client goes, its connection does too.
 * `UPSTREAM=127.0.0.1:9000 heddle serve examples/uwsgi/proxy.ts --limit-post 10gb`
 */
import { connect, type Env, peekable, type Stream, suspend, waitRead, waitWrite } from "heddle";

const TIMES = { timeoutMs: 30_000 };
const MOST_HEAD_BYTES = 65_536;

/** Fields of one connection's own (RFC 9110 section 7.6.1). */
const OF_THE_CONNECTION = new Set(["connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade"]);

/** Gives way until what was registered is ready. */
async function ready(): Promise<void> {
  const { outcome, error } = await suspend();
  if (outcome === "failed") throw error;
  if (outcome === "timedOut") throw new Error(`no progress within ${TIMES.timeoutMs} ms`);
}

async function read(upstream: Stream): Promise<Uint8Array | null> {
  waitRead(upstream, TIMES);
  await ready();
  return await upstream.read();
}

async function write(upstream: Stream, chunk: Uint8Array | string): Promise<void> {
  waitWrite(upstream, TIMES);
  await ready();
  await upstream.write(chunk);
}

/** In HTTP/1.0, whose answers end with their connection. */
async function sendRequest(upstream: Stream, request: Request): Promise<void> {
  const { pathname, search } = new URL(request.url);
  const fields = [...request.headers].filter(([name]) => !OF_THE_CONNECTION.has(name)).map(([name, value]) => `${name}: ${value}\r\n`);
  await write(upstream, `${request.method} ${pathname}${search} HTTP/1.0\r\n${fields.join("")}\r\n`);
  if (request.body === null) return;
  const body = peekable(request.body);
  for (;;) {
    waitRead(body, TIMES);
    await ready();
    const chunk = await body.read();
    if (chunk === null) return;
    await write(upstream, chunk);
  }
}

/** The answer's head, and what came of its body with it. */
async function readHead(upstream: Stream): Promise<{ status: number; headers: Headers; rest: Uint8Array }> {
  let bytes = new Uint8Array();
  for (;;) {
    const chunk = await read(upstream);
    if (chunk === null) throw new Error("the answer ended in its head");
    const longer = new Uint8Array(bytes.length + chunk.length);
    longer.set(bytes);
    longer.set(chunk, bytes.length);
    bytes = longer;
    const text = new TextDecoder("latin1").decode(bytes);
    const end = text.indexOf("\r\n\r\n");
    if (end < 0 && bytes.length > MOST_HEAD_BYTES) throw new Error("the answer's head is too long");
    if (end < 0) continue;
    const [line = "", ...lines] = text.slice(0, end).split("\r\n");
    const status = Number(/^HTTP\/1\.\d ([2-5]\d\d)/.exec(line)?.[1] ?? 0);
    if (status === 0) throw new Error("the answer is not HTTP");
    const fields = lines.map((field) =>
      [field.slice(0, field.indexOf(":")), field.slice(field.indexOf(":") + 1).trim()] as [string, string]
    );
    const headers = new Headers(fields.filter(([name]) => !OF_THE_CONNECTION.has(name.toLowerCase())));
    return { status, headers, rest: bytes.subarray(end + 4) };
  }
}

export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    if (request.body !== null && !request.headers.has("content-length")) return new Response("a length is wanted\n", { status: 411 });
    let upstream: Stream | null = null;
    try {
      const connected = upstream = await connect(env.UPSTREAM ?? "", { timeoutMs: 5000, signal: request.signal });
      await sendRequest(connected, request);
      const { status, headers, rest } = await readHead(connected);
      let first: Uint8Array | null = rest.length > 0 ? rest : null;
      const body = new ReadableStream<Uint8Array>({
        async pull(controller) {
          const chunk = first ?? await read(connected);
          first = null;
          if (chunk !== null) return controller.enqueue(chunk);
          connected.close();
          controller.close();
        },
        cancel: () => connected.abort(),
      }, { highWaterMark: 0 });
      const isEmpty = status === 204 || status === 304 || request.method === "HEAD";
      if (isEmpty) connected.close();
      return new Response(isEmpty ? null : body, { status, headers });
    } catch (error) {
      upstream?.abort();
      return new Response(`bad gateway: ${error instanceof Error ? error.message : error}\n`, { status: 502 });
    }
  },
};
