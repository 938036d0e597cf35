import { test } from "node:test";
import assert from "node:assert/strict";
import { blockerLines, hangLine } from "../../../src/watchdog/hang_lines.ts";

const core = (core: number, target: string) => ({ core, method: "GET", target, state: "running", ageMs: 2300.4, switches: 2 });
const HANG = { blockedMs: 2299.6, overdue: [core(1, "/spin")], slice: core(1, "/spin"), busy: [core(0, "/a"), core(1, "/spin")] };

test("hangLine() names the request that is past its deadline, and counts the others", () => {
  const text =
    "*** HARAKIRI *** the event loop has been blocked for 2300 ms, past the deadline of [core 1] GET /spin, running after 2300 ms and 2 switches";
  assert.equal(hangLine(HANG), `${text}\n`);
  assert.equal(hangLine({ ...HANG, overdue: [core(1, "/spin"), core(2, "/x"), core(3, "/y")] }), `${text}, and 2 more\n`);
});

test("blockerLines() with a place: whose code it is, and its frames", () => {
  const frames = Array.from({ length: 20 }, (_, index) => `at f${index} (app.js:${index}:1)`);
  const lines = blockerLines(HANG, { frames, request: { method: "GET", target: "/spin", core: 1 } }).split("\n");
  assert.deepEqual(lines.slice(0, 2), [
    "    blocked by [core 1] GET /spin, running after 2300 ms and 2 switches:",
    "    at f0 (app.js:0:1)",
  ]);
  assert.deepEqual([lines.length, lines.at(-2), lines.at(-1)], [18, "    at f15 (app.js:15:1)", ""]);
  assert.match(
    blockerLines(HANG, { frames, request: { method: "PUT", target: "/gone", core: 3 } }),
    /^ {4}blocked by \[core 3\] PUT \/gone:\n/,
  );
  assert.match(
    blockerLines(HANG, { frames: ["at a\nb"], request: null }),
    /^ {4}blocked by code of no request that has a core:\n {4}at a\\nb\n$/,
  );
});

test("blockerLines() without a place: the slice that has not ended, else the candidates", () => {
  assert.equal(
    blockerLines(HANG, null),
    "    blocked by [core 1] GET /spin, running after 2300 ms and 2 switches: its slice has begun and not ended\n",
  );
  const busy = Array.from({ length: 18 }, (_, index) => core(index, `/${index}`));
  const lines = blockerLines({ ...HANG, slice: null, busy }, null).split("\n");
  assert.match(lines[0]!, /^ {4}blocked by one of these, /);
  assert.equal(lines[1], "    candidate [core 0] GET /0, running after 2300 ms and 2 switches");
  assert.deepEqual([lines.length, lines.at(-2)], [19, "    and 2 more"]);
});
