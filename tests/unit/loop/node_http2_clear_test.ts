import assert from "node:assert/strict";
import net from "node:net";
import { test } from "node:test";
import type { ClearServer } from "../../../src/loop/node_http2.ts";
import { ClearHttp2 } from "../../../src/loop/node_http2_clear.ts";

const turn = () => new Promise((resolve) => setImmediate(resolve));

test("ClearHttp2: a server that cannot be loaded ends those that wait, and the next client has it loaded again", async () => {
  const taken: net.Socket[] = [];
  const server: ClearServer = { take: (socket) => void taken.push(socket), close() {}, kill() {} };
  let tries = 0;
  const clear = new ClearHttp2(() => tries++ === 0 ? Promise.reject(new Error("EMFILE")) : Promise.resolve(server));
  const [first, second, third] = [new net.Socket(), new net.Socket(), new net.Socket()];
  clear.take(first);
  clear.take(second);
  await turn();
  assert.deepEqual([first.destroyed, second.destroyed, tries], [true, true, 1]);
  clear.take(third);
  await turn();
  assert.deepEqual([taken, tries], [[third], 2]);
  clear.kill();
  assert.ok(third.destroyed);
});

test("ClearHttp2: those that wait while it closes are handed on to a server that is told so first, and those that are killed to none", async () => {
  const calls: string[] = [];
  const server: ClearServer = { take: () => void calls.push("take"), close: () => void calls.push("close"), kill() {} };
  const clear = new ClearHttp2(() => Promise.resolve(server));
  const [first, second] = [new net.Socket(), new net.Socket()];
  clear.take(first);
  clear.take(second);
  clear.close();
  second.destroy();
  await turn();
  assert.deepEqual(calls, ["close", "take"]);
  clear.kill();
});
