import assert from "node:assert/strict";
import { test } from "node:test";
import type { CgiInput } from "../../../../src/gateway/cgi_env.ts";
import { PromisedSource } from "../../../../src/suspend/wasm/input_source.ts";
import { ProgramInput } from "../../../../src/suspend/wasm/program_input.ts";

type Chunk = Uint8Array | null | Promise<Uint8Array | null>;

/** An input of these chunks, in their order, and how many of them were asked for. */
function scene(...chunks: Chunk[]) {
  const asked = { count: 0 };
  const input = new ProgramInput(new PromisedSource({ read: () => chunks[asked.count++] ?? null } as CgiInput));
  const read = (length: number) => {
    const into = new Uint8Array(length);
    const count = input.read(into);
    return count === null ? null : new TextDecoder().decode(into.subarray(0, count));
  };
  return { input, read, asked };
}

const bytes = (text: string) => new TextEncoder().encode(text);

test("ProgramInput asks for a chunk when it is looked for, and holds one", () => {
  const { input, read, asked } = scene(bytes("abcde"), bytes("f"));
  assert.equal(asked.count, 0);
  assert.deepEqual([input.ready, input.held, asked.count], [true, 5, 1]);
  assert.deepEqual([read(2), input.held, read(9), input.held], ["ab", 3, "cde", 0]);
  assert.deepEqual([asked.count, input.ready, read(9), input.ready, read(9)], [1, true, "f", true, ""]);
});

test("ProgramInput takes an empty chunk for none", async () => {
  const { input, read } = scene(bytes(""), Promise.resolve(bytes("")), Promise.resolve(bytes("")), bytes("a"));
  let told = 0;
  assert.equal(input.ready, false);
  input.watchRead({ ready: () => told++, failed: () => {} });
  for (let turn = 0; turn < 10; turn++) await null;
  assert.deepEqual([told, read(9)], [1, "a"]);
});

test("ProgramInput tells each watcher of a chunk that comes, once, and none that was called off", async () => {
  const { input, asked } = scene(Promise.resolve(bytes("a")));
  const told: string[] = [];
  const watcher = (name: string) => ({ ready: () => void told.push(name), failed: () => {} });
  const off = watcher("off");
  input.watchRead(watcher("one"));
  input.watchRead(off);
  input.watchRead(watcher("two"));
  input.unwatch(off);
  for (let turn = 0; turn < 5; turn++) await null;
  assert.deepEqual([told, asked.count], [["one", "two"], 1]);
});

test("ProgramInput whose rest does not come says so", async () => {
  const { input, read } = scene(bytes("a"), Promise.reject(new Error("gone")));
  assert.deepEqual([input.ready, read(1), input.ready], [true, "a", false]);
  for (let turn = 0; turn < 5; turn++) await null;
  assert.deepEqual([input.ready, read(1)], [true, null]);
});
