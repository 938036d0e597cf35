import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { errorLines, errorSummary } from "../../../src/observe/error_lines.ts";

const REQUEST = { method: "GET", target: "/boom", core: 3 };

test("errorLines() says which request failed and why, then the stack, indented", () => {
  const lines = errorLines(new TypeError("x is undefined"), REQUEST).split("\n");
  assert.equal(lines[0], "[ERROR] GET /boom on core 3: TypeError: x is undefined");
  assert.ok(lines.length > 2);
  assert.equal(lines.at(-1), "");
  for (const line of lines.slice(1, -1)) assert.match(line, /^ {4}at /);
});

test("errorLines() follows causes, and not for ever", () => {
  const error = new Error("outer", { cause: new RangeError("inner") });
  assert.match(errorLines(error, REQUEST), /\n {4}caused by: RangeError: inner\n/);
  const loop = new Error("loop");
  loop.cause = loop;
  assert.equal(errorLines(loop, REQUEST).match(/caused by/g)?.length, 4);
});

test("errorLines() names no request where none is known", () => {
  assert.match(errorLines(new Error("late"), null), /^\[ERROR\] app: Error: late\n/);
});

test("errorLines() lets no message begin a line of its own, since apps put into them what clients sent", { timeout: 30_000 }, () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), fc.string(), (message, target) => {
    const error = new Error(message);
    const lines = errorLines(error, { ...REQUEST, target }).split("\n").slice(0, -1);
    assert.match(lines[0], /^\[ERROR\] GET \S+ on core 3: /);
    for (const line of lines.slice(1)) assert.match(line, /^ {4}/);
  }));
});

test("errorLines() cuts a long message and a deep stack", () => {
  const error = new Error("x".repeat(100_000));
  error.stack = `Error: x\n${"    at f (file.ts:1:1)\n".repeat(500)}`;
  assert.ok(errorLines(error, REQUEST).length < 3000);
});

test("errorSummary() describes whatever was thrown", () => {
  assert.equal(errorSummary("a string"), "a string (thrown, and no Error)");
  assert.equal(errorSummary(undefined), "undefined (thrown, and no Error)");
  assert.equal(errorSummary(null), "null (thrown, and no Error)");
  assert.equal(errorSummary(Object.create(null)), "an error that cannot be read");
  const hostile = new Error();
  Object.defineProperty(hostile, "message", {
    get() {
      throw new Error("no");
    },
  });
  assert.equal(errorSummary(hostile), "an error that cannot be read");
});
