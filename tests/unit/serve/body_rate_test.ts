import assert from "node:assert/strict";
import { test } from "node:test";
import { BodyRate } from "../../../src/serve/body_rate.ts";

const LIMIT = { bodyRate: 100, bodyRateGraceMs: 5000 };

/** A body that began at the time 1000. */
function begun(limit = LIMIT, reading = true): BodyRate {
  const rate = new BodyRate(limit);
  rate.begin(1000, reading);
  return rate;
}

test("left() is the grace at first, and each bodyRate bytes give a second more", () => {
  const rate = begun();
  assert.equal(rate.left(1000), 5000);
  assert.equal(rate.left(6000), 0);
  rate.add(50);
  rate.add(150);
  assert.equal(rate.left(6000), 2000);
  assert.equal(rate.left(8001), -1);
});

test("left() counts no time in which it is told not to", () => {
  const rate = begun();
  rate.setCounting(false, 3000);
  rate.setCounting(false, 4000);
  assert.equal(rate.left(60_000), 3000);
  rate.setCounting(true, 60_000);
  assert.equal(rate.left(60_000), 3000);
  assert.equal(rate.left(63_001), -1);
  rate.setCounting(true, 63_001);
  assert.equal(rate.left(63_001), -1);
});

test("begin() while time does not count: it counts from when it is told to", () => {
  const rate = begun(LIMIT, false);
  rate.setCounting(true, 9000);
  assert.equal(rate.left(9000), 5000);
});

test("begin() forgets the body before", () => {
  const rate = begun();
  rate.add(1_000_000);
  rate.begin(2000, true);
  assert.equal(rate.left(2000), 5000);
});

test("left() without a rate never ends", () => {
  assert.equal(begun({ bodyRate: 0, bodyRateGraceMs: 5000 }).left(1e12), Infinity);
});
