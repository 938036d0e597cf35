import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { nearestName } from "../../../src/options/nearest.ts";
import { SERVE_OPTIONS } from "../../../src/options/table.ts";

const NAMES = Object.values(SERVE_OPTIONS).map(({ flag }) => flag.slice(2));

test("nearestName() finds a name with one letter changed, left out, put in or swapped", () => {
  for (
    const [wrong, name] of [["asinc", "async"], ["asyn", "async"], ["asyncc", "async"], ["aysnc", "async"], ["limitpost", "limit-post"]]
  ) {
    assert.equal(nearestName(wrong, NAMES), name);
  }
});

/** Options that are another one's name and a letter. */
const BEGINNINGS = new Map([["https", "http"], ["static-map2", "static-map"]]);

test("nearestName() finds every option with any one letter left out", () => {
  fc.assert(fc.property(fc.constantFrom(...NAMES.filter((name) => name.length > 4)), fc.nat(), (name, at) => {
    const index = at % name.length;
    const found = nearestName(name.slice(0, index) + name.slice(index + 1), NAMES);
    // What is left of "https" is as near to "http"; so it is with "static-map2".
    assert.ok(found === name || found === BEGINNINGS.get(name), `${found} for ${name}`);
  }));
});

test("nearestName() finds a name by its beginning, and a beginning by the name", () => {
  assert.equal(nearestName("log", NAMES), "log-format");
  assert.equal(nearestName("http-socket", NAMES), "http");
  assert.equal(nearestName("keep-alive-request", ["keep-alive", "keep-alive-requests"]), "keep-alive-requests");
});

test("nearestName() does not look at case", () => {
  assert.equal(nearestName("ASYNC", NAMES), "async");
});

test("nearestName() finds nothing where nothing is near", () => {
  assert.equal(nearestName("foo", ["bar", "io"]), null);
  assert.equal(nearestName("", NAMES), null);
  assert.equal(nearestName("x".repeat(10_000), NAMES), null);
  assert.equal(nearestName("async", []), null);
});
