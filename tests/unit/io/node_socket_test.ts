import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import type { Socket as NetSocket } from "node:net";
import { test } from "node:test";
import { NodeSocket } from "../../../src/io/node_socket.ts";

/** A `net.Socket` whose kernel takes what it is told to take. */
class StubSocket extends EventEmitter {
  writableLength = 0;
  writableEnded = false;
  readonly #writes: { length: number; done?: (error?: Error) => void }[] = [];
  readonly calls: string[] = [];

  write(chunk: { length: number }, _encoding: string, done?: (error?: Error) => void): void {
    this.writableLength += chunk.length;
    this.#writes.push({ length: chunk.length, ...(done !== undefined && { done }) });
  }

  /** The kernel takes the first write. */
  take(): boolean {
    const write = this.#writes.shift();
    if (write === undefined) return false;
    this.writableLength -= write.length;
    write.done?.();
    return true;
  }

  cork(): void {}
  uncork(): void {}

  end(): void {
    this.calls.push("end");
    this.writableEnded = true;
  }

  destroy(): void {
    this.calls.push("destroy");
  }

  destroySoon(): void {
    this.calls.push("destroySoon");
  }
}

const ADDRESS = { transport: "tcp", hostname: "127.0.0.1", port: 1 } as const;

// A last piece that nobody waited for, as it fits into one write, left the socket open for ever where the kernel did not take it at once.
for (const [method, called] of [["end", ["end"]], ["close", ["destroy", "destroySoon"]]] as const) {
  for (let pieces = 0; pieces <= 4; pieces++) {
    test(`NodeSocket.${method}() behind ${pieces} pieces that the kernel takes late ends the socket`, () => {
      const stub = new StubSocket();
      const socket = new NodeSocket(stub as unknown as NetSocket, ADDRESS, ADDRESS);
      for (let piece = 0; piece < pieces; piece++) socket.write("x".repeat(10_000));
      socket[method]();
      while (stub.take());
      // Node ends a socket once, however often it is told to.
      assert.ok(stub.calls.length > 0 && stub.calls.every((call) => (called as readonly string[]).includes(call)), stub.calls.join());
    });
  }
}
