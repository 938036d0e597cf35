import assert from "node:assert/strict";
import { test } from "node:test";
import { ConfigError } from "../../../src/errors.ts";
import { mergeServeOptions } from "../../../src/options/listeners.ts";
import { expandLoop } from "../../../src/options/loop.ts";

const given = (source: string, ...texts: string[]) => ({ source, texts });

test("expandLoop() writes the short form out", () => {
  const { loop, async, queue, nodeHttp } = expandLoop({ nodeHttp: given("--node-http", "5"), queue: given("--queue", "1") });
  assert.deepEqual([loop?.texts, async?.texts, queue?.texts, nodeHttp], [["node-http"], ["5"], ["1"], undefined]);
  assert.equal(async?.source, "--node-http");
});

test("expandLoop() refuses what says the same a second time", () => {
  for (
    const other of [{ loop: given("--loop", "bun-serve") }, { async: given("--async", "5") }, { denoServe: given("--deno-serve", "5") }]
  ) {
    assert.throws(() => expandLoop({ bunServe: given("--bun-serve", "5"), ...other }), ConfigError);
  }
});

test("mergeServeOptions() takes a short form on the command line before variables, and the other way round", () => {
  const short = mergeServeOptions({ bunServe: given("--bun-serve", "5") }, {
    async: given("HEDDLE_ASYNC", "9"),
    loop: given("HEDDLE_LOOP", "x"),
  });
  assert.deepEqual([short.loop?.texts, short.async?.texts], [["bun-serve"], ["5"]]);
  const long = mergeServeOptions({ async: given("--async", "9") }, { bunServe: given("HEDDLE_BUN_SERVE", "5") });
  assert.deepEqual([long.loop?.texts, long.async?.texts], [["bun-serve"], ["9"]]);
});
