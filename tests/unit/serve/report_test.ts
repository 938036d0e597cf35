import assert from "node:assert/strict";
import { test } from "node:test";
import { format } from "node:util";
import { reportToConsole } from "../../../src/serve/report.ts";

/** What the console is given, as it would print it. */
function printed(error: unknown, target: string): string[] {
  const lines: string[] = [];
  const { error: real } = console;
  console.error = (...parts: unknown[]) => void lines.push(format(...parts));
  try {
    reportToConsole.appError?.(error, { method: "GET", target, core: 0 });
  } finally {
    console.error = real;
  }
  return lines;
}

test("reportToConsole prints the error, whatever stands in its request's target", () => {
  assert.match(printed(new Error("mine"), "/%c%s%d").join(), /^GET \/%c%s%d failed: Error: mine/);
});

test("reportToConsole prints something of an error that cannot be printed", () => {
  const error = Object.assign(new Error("mine"), {
    [Symbol.for("nodejs.util.inspect.custom")]() {
      throw new Error("not this one");
    },
  });
  assert.deepEqual(printed(error, "/"), ["GET / failed: an error that cannot be printed"]);
});
