import assert from "node:assert/strict";
import { test } from "node:test";
import { checkDocstrings } from "../../../scripts/docstrings.ts";

test("checkDocstrings() reports exports without a docstring", () => {
  const text =
    `/** Said. */\nexport const a = 1;\n\nexport const b = 2;\nexport interface C {}\n// no docstring\nexport function d() {}\nconst e = 3;\n`;
  assert.deepEqual(checkDocstrings("x.ts", text), [
    'x.ts:4: export "b" has no docstring',
    'x.ts:5: export "C" has no docstring',
    'x.ts:7: export "d" has no docstring',
  ]);
});

test("checkDocstrings() lets the first of a group of constants and the first overload speak for the rest", () => {
  const text =
    "/** Octets. */\nexport const TAB = 9;\nexport const LF = 10;\n\n/** Said. */\nexport function f(a: 1): 1;\nexport function f(a: 2): 2;\n";
  assert.deepEqual(checkDocstrings("x.ts", text), []);
});
