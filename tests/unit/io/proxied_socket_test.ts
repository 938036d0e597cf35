import assert from "node:assert/strict";
import { test } from "node:test";
import type { Address, SocketHandler } from "../../../src/contract/socket.ts";
import { MemorySocket } from "../../../src/io/memory_socket.ts";
import { ProxiedSocket } from "../../../src/io/proxied_socket.ts";

const END: Address = { transport: "tcp", hostname: "127.0.0.1", port: 1 };
const SIGNATURE = [0x0d, 0x0a, 0x0d, 0x0a, 0, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a];

/** Of version 2, for a TCP connection over IPv4. */
function headerOf(bytes: number): Uint8Array {
  const rest = bytes - 16;
  const header = new Uint8Array(bytes);
  header.set([...SIGNATURE, 0x21, 0x11, rest >> 8, rest & 0xff, 192, 0, 2, 1, 10, 0, 0, 1, 0x12, 0x67, 0, 80]);
  return header;
}

/** Takes a header byte by byte. @returns Bytes of all the memory that it made for that. */
function allocatedFor(header: Uint8Array): number {
  const [, socket] = MemorySocket.pair(END, END, () => {});
  const proxied = new ProxiedSocket(socket, () => assert.fail("refused"));
  const received: number[] = [];
  const handler: SocketHandler = { data: (chunk) => received.push(...chunk), drain() {}, end() {}, close() {} };
  proxied.handler = handler;
  const pieces = [...header.subarray(0, -1)].map((byte) => Uint8Array.of(byte));
  const last = Uint8Array.of(header.at(-1)!, 71);
  let allocated = 0;
  const Plain = globalThis.Uint8Array;
  globalThis.Uint8Array = new Proxy(Plain, {
    construct(target, args: unknown[], newTarget) {
      if (typeof args[0] === "number") allocated += args[0];
      return Reflect.construct(target, args, newTarget) as object;
    },
  });
  try {
    for (const piece of pieces) socket.handler.data(piece);
    socket.handler.data(last);
  } finally {
    globalThis.Uint8Array = Plain;
  }
  assert.equal(proxied.remote.transport === "tcp" && proxied.remote.hostname, "192.0.2.1");
  assert.deepEqual([received, socket.handler === handler], [[71], true]);
  return allocated;
}

test("ProxiedSocket copies a header that comes byte by byte in proportion to its length", () => {
  const [small, large] = [allocatedFor(headerOf(2048)), allocatedFor(headerOf(8 * 2048))];
  assert.ok(small > 0 && large <= 8 * small + 2048, `${small} and ${large} bytes`);
});
