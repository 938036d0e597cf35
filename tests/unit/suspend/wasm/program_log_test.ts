import assert from "node:assert/strict";
import { test } from "node:test";
import { ProgramLog } from "../../../../src/suspend/wasm/program_log.ts";

/** The lines of a text that comes in pieces of so many bytes. */
function linesOf(text: string, step: number): string[] {
  const lines: string[] = [];
  const log = new ProgramLog((line) => lines.push(line));
  const bytes = new TextEncoder().encode(text);
  for (let at = 0; at < bytes.length; at += step) log.take(bytes.subarray(at, at + step));
  log.end();
  return lines;
}

test("ProgramLog gives lines, however they come, and the last one without its end", () => {
  for (const step of [1, 2, 3, 100]) assert.deepEqual(linesOf("one\n\ntwo ä\nthree", step), ["one", "", "two ä", "three"]);
  assert.deepEqual(linesOf("", 1), []);
  assert.deepEqual(linesOf("a\n", 1), ["a"]);
});

test("ProgramLog cuts a long line into several of 4096 bytes", () => {
  for (const step of [1, 4096, 100_000]) {
    assert.deepEqual(linesOf(`${"a".repeat(10_000)}\nb\n`, step).map((line) => line.length), [4096, 4096, 1808, 1]);
  }
});

test("ProgramLog takes no more of a write than is due to one turn", () => {
  const lines: string[] = [];
  const log = new ProgramLog((line) => lines.push(line));
  const bytes = new TextEncoder().encode("a\n".repeat(10_000));
  assert.deepEqual([log.take(bytes), log.due, log.take(bytes), lines.length], [16_384, true, 0, 8192]);
  log.resumed();
  assert.deepEqual([log.take(bytes.subarray(16_384)), log.due, lines.length], [3616, false, 10_000]);
});
