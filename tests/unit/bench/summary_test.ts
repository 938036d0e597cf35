import assert from "node:assert/strict";
import { test } from "node:test";
import { ratios, toOwn, toRaw, values } from "../../../bench/targets.ts";
import { contestant, reportOf, rounds } from "../../support/bench_report.ts";

const RAW = contestant("raw socket", "raw");
const OWN = contestant("own server", "own");
const HEDDLE = contestant("heddle");

test("summarize() gives the median, the least and the most, of an even number of rounds too", () => {
  const { rows } = reportOf([[HEDDLE, rounds(30, 10, 20)], [OWN, rounds(4, 1, 3, 2)]]);
  assert.deepEqual(rows.map(({ median, least, most }) => [median, least, most]), [[20, 10, 30], [2.5, 1, 4]]);
  assert.equal(rows[0]!.version, "24.0.0");
});

test("summarize() compares medians by runtime, with uWSGI too, and never with heddle", () => {
  const variant = contestant("heddle, native globals", "variant");
  const elsewhere = contestant("own server", "own", "bun");
  const uwsgi = contestant("uWSGI, greenlet", "other", "uwsgi");
  const { rows } = reportOf([
    [RAW, rounds(10)],
    [HEDDLE, rounds(12)],
    [variant, rounds(15)],
    [elsewhere, rounds(1)],
    [uwsgi, rounds(40)],
  ]);
  assert.deepEqual(rows[1]!.ratios, { "raw socket": 1.2, "uWSGI, greenlet": 0.3 });
  assert.deepEqual(rows[0]!.ratios, { "uWSGI, greenlet": 0.25 });
});

test("summarize() holds ratios, differences and values against their targets, of which the bound itself is met", () => {
  const difference = {
    runtime: "node",
    contestant: "heddle",
    kind: "difference",
    to: { runtime: "node", name: "raw socket" },
    most: 1,
  } as const;
  const { targets } = reportOf(
    [[RAW, rounds(10)], [OWN, rounds(20)], [HEDDLE, rounds(12)]],
    [...toRaw({ node: 1.2 }), ...toOwn({ node: 0.5 }), difference, ...values({ node: 12 })],
  );
  assert.deepEqual(targets.map(({ what, measured, met }) => [what, measured, met]), [
    ["node, heddle, of raw socket", 1.2, true],
    ["node, heddle, of own server", 0.6, false],
    ["node, heddle, above raw socket", 2, false],
    ["node, heddle", 12, true],
  ]);
});

test("summarize() says nothing of a target whose contestants were not measured, or failed", () => {
  const report = reportOf([[OWN, new Error("it fell")], [HEDDLE, rounds(12)]], [
    ...toOwn({ node: 1, bun: 1 }),
    ...ratios("srvx", { node: 1 }),
    ...values({ node: 20 }),
  ]);
  assert.deepEqual(report.targets.map(({ what }) => what), ["node, heddle"]);
  assert.deepEqual(report.rows[0], { ...report.rows[0], median: null, least: null, most: null, error: "it fell", ratios: {} });
});

test("summarize() gives the medians of the traffic and of what a figure was made of", () => {
  const traffic = (p99Micros: number) => ({ requestsPerSecond: 1000, p50Micros: 100, p99Micros });
  const { rows } = reportOf([
    [HEDDLE, [900, 300, 500].map((p99) => ({ figure: p99, traffic: traffic(p99), readings: { first: p99 / 100 } }))],
    [OWN, rounds(1)],
  ]);
  assert.deepEqual(rows[0]!.traffic, traffic(500));
  assert.deepEqual(rows[0]!.readings, { first: 5 });
  assert.equal(rows[1]!.traffic, null);
  assert.ok(!("readings" in rows[1]!));
});
