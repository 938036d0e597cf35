import assert from "node:assert/strict";
import { test } from "node:test";
import { DEFAULT_LIMITS } from "../../../src/http/limits.ts";
import { headLimitsOf, limitPostMaxOf } from "../../../src/options/limits.ts";
import { fromEnvironment, readOptions } from "../../../src/options/read.ts";
import { SERVE_OPTIONS, type ServeOptionValues } from "../../../src/options/table.ts";
import { DEFAULT_TIMEOUTS } from "../../../src/serve/timeouts.ts";

/** As if these variables stood in the environment. */
function valuesOf(variables: Record<string, string>): ServeOptionValues {
  return readOptions(SERVE_OPTIONS, fromEnvironment(SERVE_OPTIONS, (name) => variables[name]));
}

test("headLimitsOf() gives what serve() would take by itself", () => {
  const { targetBytes, fieldBytes, fields, headBytes } = DEFAULT_LIMITS;
  assert.deepEqual(headLimitsOf(valuesOf({})), { targetBytes, fieldBytes, fields, headBytes });
});

test("the options' timeouts and their rate are those that serve() would take by itself", () => {
  const values = valuesOf({});
  const names = ["handshakeMs", "firstByteMs", "headMs", "bodyIdleMs", "bodyRate", "keepAliveMs", "writeStallMs"] as const;
  for (const name of names) assert.equal(values[name], DEFAULT_TIMEOUTS[name], name);
});

test("headLimitsOf() refuses a part that is longer than the whole, and says what to raise", () => {
  assert.throws(() => headLimitsOf(valuesOf({ HEDDLE_LIMIT_FIELD: "32kb" })), {
    name: "ConfigError",
    message: "--limit-field 32768: longer than a whole head, --limit-head 16384; raise that too",
  });
  assert.equal(headLimitsOf(valuesOf({ HEDDLE_LIMIT_FIELD: "32kb", HEDDLE_LIMIT_HEAD: "64kb" })).fieldBytes, 32_768);
});

test("headLimitsOf() of a head that is shorter than a part is by default: the part is as long", () => {
  assert.deepEqual(headLimitsOf(valuesOf({ HEDDLE_LIMIT_HEAD: "4kb", HEDDLE_LIMIT_FIELD: "1kb" })), {
    targetBytes: 4096,
    fieldBytes: 1024,
    fields: 100,
    headBytes: 4096,
  });
});

test("limitPostMaxOf() refuses less than what holds for all", () => {
  assert.equal(limitPostMaxOf(valuesOf({})), undefined);
  assert.equal(limitPostMaxOf(valuesOf({ HEDDLE_LIMIT_POST_MAX: "2mb" })), 2_097_152);
  assert.equal(limitPostMaxOf(valuesOf({ HEDDLE_LIMIT_POST_MAX: "0" })), Number.MAX_SAFE_INTEGER);
  assert.throws(
    () => limitPostMaxOf(valuesOf({ HEDDLE_LIMIT_POST_MAX: "1kb" })),
    /^ConfigError: --limit-post-max 1024: less than --limit-post 1048576/,
  );
});
