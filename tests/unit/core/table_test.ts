import { test } from "node:test";
import assert from "node:assert/strict";
import fc from "fast-check";
import { type CoreTable, createCoreTable, openCoreTable } from "../../../src/core/table.ts";
import { METHOD_BYTES, TARGET_BYTES } from "../../../src/core/table_text.ts";

const FRESH = {
  state: "idle",
  requests: 0,
  switches: 0,
  totalSwitches: 0,
  exceptions: 0,
  offloaded: 0,
  statics: 0,
  bytes: 0,
  startedMs: 0,
  deadlineMs: 0,
  method: "",
  target: "",
};

test("createCoreTable() makes idle cores of at most 512 bytes", () => {
  const table = createCoreTable(1000);
  assert.equal(table.count, 1000);
  assert.equal(table.buffer.byteLength, 64 + 216 * 1000);
  assert.ok(table.buffer.byteLength / table.count <= 512);
  for (const core of [0, 1, 500, 999]) assert.deepEqual(table.row(core), { core, ...FRESH });
});

test("move() throws for a core that does not exist", () => {
  for (const core of [-1, 2, 0.5, NaN]) assert.throws(() => createCoreTable(2).move(core, "take"), /^Error: move core/);
});

test("begin() notes the request, counts it, and clears what was of the last one", () => {
  const table = createCoreTable(2);
  table.begin(1, 10.5, "DELETE", "/first/and/longer");
  table.countSwitch(1);
  table.countSwitch(1);
  table.setDeadline(1, 99);
  assert.equal(table.switches(1), 2);
  assert.equal(table.startedMs(1), 10.5);
  assert.equal(table.row(1).deadlineMs, 99);
  table.begin(1, 20.25, "GET", "/b");
  assert.deepEqual(table.row(1), {
    core: 1,
    ...FRESH,
    requests: 2,
    totalSwitches: 2,
    startedMs: 20.25,
    method: "GET",
    target: "/b",
  });
  assert.deepEqual(table.row(0), { core: 0, ...FRESH });
});

test("begin() keeps the first bytes of method and target, at every length", () => {
  const table = createCoreTable(3);
  const long = Array.from({ length: 300 }, (_, index) => String.fromCharCode(0x21 + index % 94)).join("");
  for (let length = 0; length <= long.length; length++) {
    const text = long.slice(0, length);
    table.begin(1, 0, text, text);
    const { method, target } = table.row(1);
    assert.deepEqual({ method, target }, { method: text.slice(0, METHOD_BYTES), target: text.slice(0, TARGET_BYTES) });
  }
  assert.deepEqual([table.row(0), table.row(2)], [{ core: 0, ...FRESH }, { core: 2, ...FRESH }]);
});

test("begin() keeps whole characters beyond ASCII, as UTF-8", () => {
  const table = createCoreTable(2);
  for (const length of [1, 10, 23, 24, 25, 63, 64]) {
    const text = "\xe9".repeat(length);
    table.begin(0, 0, "GET", text);
    assert.equal(table.row(0).target, text);
  }
  table.begin(0, 0, "GET", "/" + "\xff".repeat(200));
  assert.equal(table.row(0).target, "/" + "\xff".repeat(63));
  assert.equal(table.row(1).method, "");
});

test("openCoreTable() reads and writes the same memory", () => {
  const table = createCoreTable(3);
  const other = openCoreTable(table.buffer);
  table.move(2, "take");
  table.begin(2, 5, "GET", "/x");
  table.countBytes(2, 1000);
  const written = { state: "running", requests: 1, startedMs: 5, bytes: 1000, method: "GET", target: "/x" };
  assert.deepEqual(other.row(2), { core: 2, ...FRESH, ...written });
  other.move(2, "release");
  assert.equal(table.state(2), "idle");
});

test("counters hold more than 32 bits", () => {
  const table = createCoreTable(1);
  table.countBytes(0, 2 ** 40);
  table.countBytes(0, 1);
  assert.equal(table.row(0).bytes, 2 ** 40 + 1);
});

type Write = (table: CoreTable, model: Record<string, unknown>, core: number) => void;

const WRITES: Record<string, Write> = {
  switch(table, model, core) {
    table.countSwitch(core);
    model.switches = Number(model.switches) + 1;
    model.totalSwitches = Number(model.totalSwitches) + 1;
  },
  exception(table, model, core) {
    table.countException(core);
    model.exceptions = Number(model.exceptions) + 1;
  },
  statics(table, model, core) {
    table.countStatic(core);
    model.statics = Number(model.statics) + 1;
  },
  offloaded(table, model, core) {
    table.countOffloaded(core);
    model.offloaded = Number(model.offloaded) + 1;
  },
  bytes(table, model, core) {
    table.countBytes(core, 70_000 + core);
    model.bytes = Number(model.bytes) + 70_000 + core;
  },
  deadline(table, model, core) {
    table.setDeadline(core, 1e9 + core);
    model.deadlineMs = 1e9 + core;
  },
  begin(table, model, core) {
    table.begin(core, core + 0.5, `METHOD${core}`, `/${"t".repeat(core * 40)}`);
    const target = `/${"t".repeat(core * 40)}`.slice(0, TARGET_BYTES);
    const requests = Number(model.requests) + 1;
    Object.assign(model, { requests, switches: 0, deadlineMs: 0, startedMs: core + 0.5, method: `METHOD${core}`, target });
  },
};

test("CoreTable keeps each field of each core apart from all others", () => {
  const step = fc.tuple(fc.constantFrom(...Object.keys(WRITES)), fc.nat({ max: 4 }));
  fc.assert(fc.property(fc.array(step, { maxLength: 60, size: "max" }), (steps) => {
    const table = createCoreTable(5);
    const models = Array.from({ length: 5 }, (_, core): Record<string, unknown> => ({ core, ...FRESH }));
    for (const [name, core] of steps) WRITES[name](table, models[core], core);
    assert.deepEqual(models.map((_, core) => table.row(core)), models);
  }));
});
