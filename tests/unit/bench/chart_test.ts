import assert from "node:assert/strict";
import { test } from "node:test";
import { chart } from "../../../bench/report/chart.ts";
import { contestant, reportOf, rounds } from "../../support/bench_report.ts";

const OWN = contestant("own server", "own");
const HEDDLE = contestant("heddle");

/** The widths of the bars, by the class of their contestant's role. */
function bars(svg: string): [string, number][] {
  return [...svg.matchAll(/<rect class="(\w+)" .*? width="([\d.]+)"/g)].map(([, role, width]) => [role!, Number(width)]);
}

test("chart() draws bars as long as the figures, and writes heddle's ratio", () => {
  const svg = chart(reportOf([[OWN, rounds(20)], [HEDDLE, rounds(10)]]));
  assert.deepEqual(bars(svg), [["own", 320], ["heddle", 160]]);
  assert.match(svg, /10\.0 us · 0\.50 of own/);
  assert.match(svg, /Node 24\.0\.0/);
});

test("chart() groups contestants by runtime, in the order in which runtimes come first", () => {
  const svg = chart(reportOf([[OWN, rounds(20)], [contestant("uWSGI, ugreen", "other", "uwsgi"), rounds(30)], [HEDDLE, rounds(10)]]));
  assert.deepEqual(bars(svg).map(([role]) => role), ["own", "heddle", "other"]);
  assert.deepEqual([...svg.matchAll(/class="group">([^<]*)/g)].map(([, title]) => title), ["Node 24.0.0", "uWSGI 2.0"]);
});

test("chart() escapes what a workload shows", () => {
  const svg = chart(reportOf([[HEDDLE, rounds(10)]]));
  assert.match(svg, /What is &#60;tried&#62;\./);
  assert.ok(!svg.includes("<tried>"));
});

test("chart() has no bar for who failed, none below nothing, and no number that is none", () => {
  const failed = chart(reportOf([[OWN, new Error("it fell")], [HEDDLE, rounds(10)]]));
  assert.deepEqual(bars(failed), [["heddle", 320]]);
  assert.match(failed, />failed</);
  const shrunk = chart(reportOf([[HEDDLE, rounds(-3)]], [], { name: "growth", unit: "bytes" }));
  assert.deepEqual(bars(shrunk), [["heddle", 0]]);
  assert.doesNotMatch(failed + shrunk, /NaN|Infinity|undefined/);
});
