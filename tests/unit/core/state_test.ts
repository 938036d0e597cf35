import { test } from "node:test";
import assert from "node:assert/strict";
import { CORE_STATES, CORE_TRANSITIONS, type CoreEvent, type CoreState } from "../../../src/core/state.ts";
import { createCoreTable } from "../../../src/core/table.ts";

/** The table once more, as a picture: a change is to be made in both places. */
const PICTURE = `
          take     ready  run      wait      sleep     send     lose  release
idle      running  -      -        -         -         -        -     -
running   -        ready  -        waiting   sleeping  sending  lost  idle
ready     -        -      running  ready     ready     ready    lost  idle
waiting   -        ready  -        waiting   sleeping  sending  lost  idle
sleeping  -        ready  -        sleeping  sleeping  sending  lost  idle
sending   -        ready  -        sending   sleeping  sending  lost  idle
lost      -        -      -        -         -         -        -     idle
`;

const [EVENTS, ...ROWS] = PICTURE.trim().split("\n").map((line) => line.trim().split(/\s+/));

/** Events that take an idle core to each state. */
const PATHS: Record<CoreState, CoreEvent[]> = {
  idle: [],
  running: ["take"],
  ready: ["take", "ready"],
  waiting: ["take", "wait"],
  sleeping: ["take", "sleep"],
  sending: ["take", "send"],
  lost: ["take", "lose"],
};

test("CORE_TRANSITIONS is as pictured, cell by cell", () => {
  assert.deepEqual(ROWS.map(([state]) => state), Object.keys(CORE_TRANSITIONS));
  for (const [state, ...cells] of ROWS) {
    const pictured = Object.fromEntries(EVENTS.map((event, column) => [event, cells[column]]).filter(([, next]) => next !== "-"));
    assert.deepEqual({ ...CORE_TRANSITIONS[state as CoreState] }, pictured, state);
  }
});

test("CORE_STATES names each state once", () => {
  assert.deepEqual([...CORE_STATES].sort(), Object.keys(CORE_TRANSITIONS).sort());
});

test("move() does what every cell says, and throws where there is none", () => {
  let cells = 0;
  for (const [state, ...row] of ROWS) {
    EVENTS.forEach((event, column) => {
      const table = createCoreTable(3);
      for (const step of PATHS[state as CoreState]) table.move(1, step);
      assert.equal(table.state(1), state);
      if (row[column] === "-") {
        assert.throws(() => table.move(1, event as CoreEvent), { message: `move core 1 by "${event}": it is ${state}` });
        assert.equal(table.state(1), state);
      } else {
        table.move(1, event as CoreEvent);
        assert.equal(table.state(1), row[column]);
      }
      assert.deepEqual([table.state(0), table.state(2)], ["idle", "idle"]);
      cells++;
    });
  }
  assert.equal(cells, 7 * 8);
});
