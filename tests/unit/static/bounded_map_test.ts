import assert from "node:assert/strict";
import { test } from "node:test";
import { BoundedMap } from "../../../src/static/bounded_map.ts";

test("BoundedMap keeps what was asked for lately, and never weighs more than it may", () => {
  const map = new BoundedMap<number>(100);
  for (let key = 0; key < 10; key++) map.set(String(key), key, 10);
  assert.equal(map.weight, 100);
  assert.equal(map.get("0"), 0);
  map.set("new", 1, 25);
  assert.deepEqual(["0", "1", "2", "3", "4", "new"].map((key) => map.get(key)), [0, undefined, undefined, undefined, 4, 1]);
  assert.equal(map.weight, 95);
  // All were asked for: the one that was put there first goes.
  for (const key of ["5", "6", "7", "8", "9"]) map.get(key);
  map.set("last", 2, 100);
  assert.deepEqual([map.get("last"), map.weight], [2, 100]);
});

test("BoundedMap replaces what a key has, and takes nothing that alone weighs too much", () => {
  const map = new BoundedMap<string>(100);
  map.set("a", "one", 60);
  map.set("a", "two", 80);
  assert.deepEqual([map.get("a"), map.weight], ["two", 80]);
  map.set("b", "large", 101);
  assert.deepEqual([map.get("a"), map.get("b"), map.weight], ["two", undefined, 80]);
  map.set("a", "large", 101);
  assert.deepEqual([map.get("a"), map.weight], [undefined, 0]);
  map.delete("none");
  assert.equal(map.weight, 0);
});
