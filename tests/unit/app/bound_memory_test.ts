import assert from "node:assert/strict";
import { test } from "node:test";
import { boundMemory } from "../../../src/app/bound_memory.ts";

const PAGE = 65_536;
const HEADER = [0, 97, 115, 109, 1, 0, 0, 0];
/** A custom section, empty but for its name, before the memory and behind it. */
const CUSTOM = [0, 2, 1, 120];

/** A module with a memory of these limits, which it exports as "m". */
function moduleOf(...limits: number[]): Uint8Array {
  return new Uint8Array([...HEADER, ...CUSTOM, 5, limits.length + 1, 1, ...limits, 7, 5, 1, 1, 109, 2, 0, ...CUSTOM]);
}

/** To how many pages the memory of a module may grow. */
function mostPages(bytes: Uint8Array): number {
  const module = new WebAssembly.Module(bytes as Uint8Array<ArrayBuffer>);
  const memory = new WebAssembly.Instance(module).exports.m as WebAssembly.Memory;
  let pages = memory.buffer.byteLength / PAGE;
  for (; pages < 300; pages++) {
    try {
      memory.grow(1);
    } catch {
      break;
    }
  }
  return pages;
}

test("boundMemory() sets the bound of a memory that has none, or a higher one", () => {
  assert.equal(mostPages(moduleOf(0, 1)), 300);
  assert.equal(mostPages(boundMemory(moduleOf(0, 1), 5 * PAGE)), 5);
  assert.equal(mostPages(boundMemory(moduleOf(0, 1), 200 * PAGE)), 200);
  assert.equal(mostPages(boundMemory(moduleOf(1, 1, 100), 5 * PAGE)), 5);
  assert.equal(mostPages(boundMemory(moduleOf(1, 1, 3), 5 * PAGE)), 3);
  assert.equal(mostPages(boundMemory(moduleOf(1, 1, 0x80, 0x01), 5 * PAGE)), 5);
  assert.equal(mostPages(boundMemory(moduleOf(0, 5), 5 * PAGE)), 5);
});

test("boundMemory() leaves a module without a memory as it is", () => {
  const bytes = new Uint8Array([...HEADER, ...CUSTOM]);
  assert.deepEqual(boundMemory(bytes, PAGE), bytes);
});

test("boundMemory() refuses a memory that is larger from the start, or shared", () => {
  assert.throws(() => boundMemory(moduleOf(0, 33), 32 * PAGE), {
    name: "RangeError",
    message: /it wants 3 MB .* give --wasm-memory 3 or more/,
  });
  assert.throws(() => boundMemory(moduleOf(3, 1, 1), PAGE), /shared/);
  assert.throws(() => boundMemory(moduleOf(9, 1, 1, 0), PAGE), /unknown kind/);
});

test("boundMemory() refuses several memories: each would have the bound for itself", () => {
  const two = new Uint8Array([...HEADER, 5, 5, 2, 0, 1, 0, 1]);
  assert.throws(() => boundMemory(two, 5 * PAGE), { name: "RangeError", message: "it has 2 memories, and a WASI program has one" });
});

test("boundMemory() of a module that is cut short, anywhere, is a RangeError or a shorter module", () => {
  const whole = moduleOf(1, 1, 0x80, 0x01);
  for (let length = HEADER.length; length < whole.length; length++) {
    try {
      boundMemory(whole.subarray(0, length), 5 * PAGE);
    } catch (error) {
      assert.ok(error instanceof RangeError, String(error));
    }
  }
  assert.throws(() => boundMemory(new Uint8Array([...HEADER, 5, ...Array(9).fill(0xff)]), PAGE), /too long/);
});
