import assert from "node:assert/strict";
import { test } from "node:test";
import { ConfigError } from "../../../src/errors.ts";
import { HARAKIRI_ROUTE } from "../../../src/options/harakiri_route.ts";

test("HARAKIRI_ROUTE reads a pattern and a deadline, which begins behind the last =", () => {
  assert.deepEqual(HARAKIRI_ROUTE.parse("/reports/*=5m"), { glob: "/reports/*", ms: 300_000 });
  assert.deepEqual(HARAKIRI_ROUTE.parse("*=0"), { glob: "*", ms: 0 });
  assert.deepEqual(HARAKIRI_ROUTE.parse("/a=b*=500ms"), { glob: "/a=b*", ms: 500 });
});

test("HARAKIRI_ROUTE refuses what is none", () => {
  for (const text of ["", "=", "=5", "/a", "/a=", "/a=x", "/a=-1", "a=5", "/a=25d"]) {
    assert.throws(() => HARAKIRI_ROUTE.parse(text), ConfigError, text);
  }
});
