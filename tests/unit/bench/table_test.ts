import assert from "node:assert/strict";
import { test } from "node:test";
import { table } from "../../../bench/report/table.ts";
import { toOwn } from "../../../bench/targets.ts";
import { contestant, reportOf, rounds } from "../../support/bench_report.ts";

const OWN = contestant("own server", "own");
const HEDDLE = contestant("heddle");

test("table() has a line a contestant, with its ratio, and a line a target", () => {
  const text = table(reportOf([[OWN, rounds(20, 18, 22)], [HEDDLE, rounds(13, 12, 14)]], toOwn({ node: 0.6 })));
  assert.equal(
    text,
    `trial: What is <tried>.

medians of 3 rounds

runtime      contestant  CPU a request       least to most  of own server
node 24.0.0  own server        20.0 us  18.0 us to 22.0 us
node 24.0.0  heddle            13.0 us  12.0 us to 14.0 us           0.65

target                       at most  measured
node, heddle, of own server     0.60      0.65  MISS`,
  );
});

test("table() shows the traffic, where there is some", () => {
  const traffic = { requestsPerSecond: 50_000, p50Micros: 1234, p99Micros: 5678 };
  const text = table(reportOf([[HEDDLE, [{ figure: 20, traffic }]]]));
  assert.match(text, /medians of 3 rounds, 3 s each after 4 s of warm-up/);
  assert.match(text, /requests\/s +p50 +p99\n.* 50,000 {2}1\.23 ms {2}5\.68 ms$/);
});

test("table() shows what a figure was made of, in its unit", () => {
  const round = { figure: 2_000_000, traffic: null, readings: { first: 80_000_000, later: 82_000_000 } };
  const text = table(reportOf([[HEDDLE, [round]]], [], { name: "growth", unit: "bytes" }));
  assert.match(text, /least to most +first +later\n.* 2\.0 MB {2}2\.0 MB to 2\.0 MB {2}80\.0 MB {2}82\.0 MB$/);
});

test("table() says who failed, and why", () => {
  const text = table(reportOf([[OWN, new Error("it fell")], [HEDDLE, rounds(13)]]));
  assert.match(text, /own server +failed/);
  assert.match(text, /node, own server failed: it fell$/);
});
