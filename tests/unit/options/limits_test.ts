import assert from "node:assert/strict";
import { test } from "node:test";
import { DEFAULT_LIMITS } from "../../../src/http/limits.ts";
import { headLimitsOf } from "../../../src/options/limits.ts";
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
  const names = ["firstByteMs", "headMs", "bodyIdleMs", "bodyRate", "keepAliveMs", "writeStallMs"] as const;
  for (const name of names) assert.equal(values[name], DEFAULT_TIMEOUTS[name], name);
});

test("headLimitsOf() refuses a part that is longer than the whole, and says what to raise", () => {
  assert.throws(() => headLimitsOf(valuesOf({ HEDDLE_LIMIT_FIELD: "32kb" })), {
    name: "ConfigError",
    message: "--limit-field 32768: longer than a whole head, --limit-head 16384; raise that too",
  });
  assert.throws(
    () => headLimitsOf(valuesOf({ HEDDLE_LIMIT_HEAD: "4kb", HEDDLE_LIMIT_FIELD: "1kb" })),
    /^ConfigError: --limit-target 8192: /,
  );
  assert.equal(headLimitsOf(valuesOf({ HEDDLE_LIMIT_FIELD: "32kb", HEDDLE_LIMIT_HEAD: "64kb" })).fieldBytes, 32_768);
});
