import assert from "node:assert/strict";
import { test } from "node:test";
import { TokenBucket } from "../../../src/loop/token_bucket.ts";

test("take() lets a burst pass, and then so many a second", () => {
  const bucket = new TokenBucket(3, 10, 0);
  assert.deepEqual([0, 0, 0, 0, 99].map((nowMs) => bucket.take(nowMs)), [true, true, true, false, false]);
  assert.deepEqual([100, 100, 200].map((nowMs) => bucket.take(nowMs)), [true, false, true]);
  assert.deepEqual([9000, 9000, 9000, 9000].map((nowMs) => bucket.take(nowMs)), [true, true, true, false]);
});
