import assert from "node:assert/strict";
import { test } from "node:test";
import { readJunit, REASON_MISSING } from "../../../scripts/junit.ts";

test("readJunit() reads Deno's report, where a skip has no reason but in the test's name", () => {
  const report = `<testsuites name="deno test" tests="3"><testsuite name="./tests/a_test.ts">
    <testcase name="a &lt;b&gt; &amp; c" classname="./tests/a_test.ts" time="0.003" line="4" col="1">
    </testcase>
    <testcase name="half-close # SKIP deviation: no FIN" classname="x" time="0"><skipped/></testcase>
    <testcase name="untold" classname="x" time="0"><skipped/></testcase>
    <testcase name="breaks" classname="x" time="0"><failure message="1 !== 2">1 !== 2</failure></testcase>
  </testsuite></testsuites>`;
  assert.deepEqual(readJunit(report), [
    { name: "a <b> & c", outcome: "passed", reason: null },
    { name: "half-close", outcome: "skipped", reason: "deviation: no FIN" },
    { name: "untold", outcome: "skipped", reason: REASON_MISSING },
    { name: "breaks", outcome: "failed", reason: null },
  ]);
});

test("readJunit() reads Bun's report, whose passed tests are empty elements", () => {
  const report = `<testsuite name="a" file="a"><testcase name="one" classname="" time="0.1" file="a" line="4" assertions="0" />
    <testcase name="two # SKIP no nginx" time="0"><skipped /></testcase><testcase name="three" time="0"><skipped message="TODO" /></testcase></testsuite>`;
  assert.deepEqual(readJunit(report), [
    { name: "one", outcome: "passed", reason: null },
    { name: "two", outcome: "skipped", reason: "no nginx" },
    { name: "three", outcome: "skipped", reason: "TODO" },
  ]);
});

test("readJunit() reads Node's report, with its message and its suites of subtests", () => {
  const report = `<testsuites><testsuite name="outer" tests="1"><testcase name="inner" time="0" classname="outer"/></testsuite>
    <testcase name="why" time="0" classname="test"><skipped type="skipped" message="so &quot;it&quot; is"/></testcase>
    <testcase name="bare" time="0" classname="test"><skipped type="skipped" message="true"/></testcase>
    <testcase name="slow" time="4" classname="test" failure="test timed out"><failure type="testTimeoutFailure" message="x">x</failure></testcase>
  </testsuites>`;
  assert.deepEqual(readJunit(report), [
    { name: "inner", outcome: "passed", reason: null },
    { name: "why", outcome: "skipped", reason: 'so "it" is' },
    { name: "bare", outcome: "skipped", reason: REASON_MISSING },
    { name: "slow", outcome: "failed", reason: null },
  ]);
});

test("readJunit() of a report that was never written gives no tests", () => {
  assert.deepEqual(readJunit(""), []);
});
