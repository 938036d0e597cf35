import assert from "node:assert/strict";
import { test } from "node:test";
import type { Socket, SocketHandler } from "../../../src/contract/socket.ts";
import { createMemoryEngine } from "../../../src/io/memory.ts";
import type { MemoryEngine } from "../../../src/io/memory.ts";
import type { MemorySocket } from "../../../src/io/memory_socket.ts";

const SILENT: SocketHandler = { data() {}, drain() {}, end() {}, close() {} };

/** A connection whose server end has this handler. */
async function open(handler: Partial<SocketHandler>): Promise<{ engine: MemoryEngine; client: MemorySocket; server: Socket }> {
  const engine = createMemoryEngine();
  const accepted: Socket[] = [];
  const listener = await engine.listen({ transport: "tcp", hostname: "127.0.0.1", port: 0 }, (socket) => {
    socket.handler = { ...SILENT, ...handler };
    accepted.push(socket);
  });
  const client = await engine.connect(listener.address);
  engine.run();
  return { engine, client, server: accepted[0] as MemorySocket };
}

test("MemorySocket.split() cuts what arrives into chunks of these sizes", async () => {
  const chunks: string[] = [];
  const { engine, client, server } = await open({ data: (chunk) => chunks.push(Buffer.from(chunk).toString()) });
  (server as MemorySocket).split(1, 2, 3);
  client.write("abcdefghij");
  engine.run();
  assert.deepEqual(chunks, ["a", "bc", "def", "ghij"]);
});

test("MemorySocket.take() lets a stalled end take so many bytes and no more", async () => {
  const { engine, client, server } = await open({});
  let received = 0;
  client.handler = { ...SILENT, data: (chunk) => received += chunk.length };
  server.write(new Uint8Array(1_000_000));
  engine.run();
  assert.equal(received, 0);
  client.take(1000);
  engine.run();
  assert.equal(received, 1000);
  client.take(100_000);
  engine.run();
  assert.equal(received, 101_000);
  client.resume();
  engine.run();
  assert.equal(received, 1_000_000);
});

test("MemoryEngine.run() is where everything happens", async () => {
  const events: string[] = [];
  const { engine, client } = await open({ data: () => events.push("data"), end: () => events.push("end") });
  client.write("x");
  client.end();
  await new Promise((resolve) => setTimeout(resolve, 5));
  assert.deepEqual(events, []);
  engine.run();
  assert.deepEqual(events, ["data", "end"]);
  assert.equal(engine.run(), 0);
});

test("MemorySocket overwrites borrowed bytes when the handler has returned", async () => {
  const kept: Uint8Array[] = [];
  const { engine, client } = await open({ data: (chunk) => kept.push(chunk) });
  client.write("secret");
  engine.run();
  assert.deepEqual(kept[0], new Uint8Array(6).fill(0xdd));
});

for (const event of ["data", "drain", "end", "close"] as const) {
  test(`MemoryEngine.run() throws what a handler threw in ${event}(), and the socket is aborted`, async () => {
    const bug = new Error("a bug");
    const events: string[] = [];
    const log = (name: string) => {
      events.push(name);
      if (name === event) throw bug;
    };
    const { engine, client, server } = await open({
      data: () => log("data"),
      drain: () => log("drain"),
      end: () => log("end"),
      close: () => log("close"),
    });
    let reset = false;
    client.handler = { ...SILENT, close: (error) => reset = error !== null };
    client.resume();
    if (event === "drain") server.write(new Uint8Array(200_000));
    if (event === "data") client.write("x");
    if (event === "end") client.end();
    if (event === "close") server.abort();
    assert.throws(() => engine.run(), bug);
    engine.run();
    assert.equal(events.filter((name) => name === "close").length, 1);
    assert.equal(events.at(-1), "close");
    assert.equal(reset, true);
  });
}
