import assert from "node:assert/strict";
import { test } from "node:test";
import { WORKLOADS } from "../../../bench/workloads/all.ts";

test("each workload has a name of its own, and each of its contestants on one runtime", () => {
  assert.equal(new Set(WORKLOADS.map(({ name }) => name)).size, WORKLOADS.length);
  for (const { name, contestants } of WORKLOADS) {
    assert.equal(new Set(contestants.map(({ runtime, name }) => `${runtime} ${name}`)).size, contestants.length, name);
  }
});

test("each target names contestants that take part", () => {
  for (const { name, contestants, targets } of WORKLOADS) {
    const takesPart = (runtime: string, who: string) => contestants.some((one) => one.runtime === runtime && one.name === who);
    for (const { runtime, contestant, kind, to } of targets) {
      assert.ok(takesPart(runtime, contestant), `${name}: ${runtime}, ${contestant}`);
      assert.equal(to === null, kind === "value", name);
      if (to !== null) assert.ok(takesPart(to.runtime, to.name), `${name}: ${to.runtime}, ${to.name}`);
    }
  }
});
