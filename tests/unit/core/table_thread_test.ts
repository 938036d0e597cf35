import { test } from "node:test";
import assert from "node:assert/strict";
import { Worker } from "node:worker_threads";
import { createCoreTable } from "../../../src/core/table.ts";
import { CORE_BYTES, HEADER_BYTES } from "../../../src/core/shared_table.ts";

test("row() in another thread than the writer's is never half of one request and half of the next", { timeout: 60_000 }, async () => {
  const table = createCoreTable(3);
  const stop = new SharedArrayBuffer(4);
  const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
  const writer = new Worker(new URL(`./fixtures/table_writer.${extension}`, import.meta.url), {
    workerData: { buffer: table.buffer, stop },
  });
  const ended = new Promise((resolve) => writer.once("exit", resolve));
  while (table.row(1).requests === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  const seen = new Set<string>();
  for (let read = 0; read < 200_000; read++) {
    const { startedMs, method, target } = table.row(1);
    seen.add(`${startedMs} ${target.length} ${new Set(method + target).size}`);
  }
  Atomics.store(new Int32Array(stop), 0, 1);
  await ended;
  assert.deepEqual([...seen].sort(), ["100 100 1", "128 128 1", "2 2 1", "20 20 1"]);
});

test("row() of a row that stays half written comes back", () => {
  const table = createCoreTable(2);
  table.begin(1, 5, "GET", "/x");
  const requests = new Float64Array(table.buffer, HEADER_BYTES, 2);
  assert.deepEqual([...requests], [0, 1]);
  requests[1] = 2;
  assert.equal(table.row(1).target, "/x");
  assert.equal(table.buffer.byteLength, HEADER_BYTES + 2 * CORE_BYTES);
});
