import assert from "node:assert/strict";
import { test } from "node:test";
import { addCron, addMsTimer, addRbTimer, addTimer, signal, type SignalTarget } from "../../../src/signals/calls.ts";
import { sleep } from "../../../src/suspend/calls.ts";
import { withMemoryServer } from "../../support/served_memory.ts";

test("signal.register() and signal.raise() in a server: runs and what they throw are counted and logged", async () => {
  await withMemoryServer({ fetch: () => new Response(), async: 2 }, async ({ server, settle, pass, heard }) => {
    const before = server.stats();
    signal.register(200, "workers", () => sleep(100));
    signal.register(201, "", () => Promise.reject(new Error("no")));
    for (const number of [200, 200, 201]) signal.raise(number);
    await settle();
    assert.deepEqual([server.stats().signalQueue, server.stats().busy, heard.errors.map(({ name }) => name)], [1, 0, ["SIGNAL 201"]]);
    await pass(101);
    await pass(101);
    const { signals, signalExceptions, signalQueue } = server.stats();
    assert.deepEqual([signals - before.signals, signalExceptions - before.signalExceptions, signalQueue], [3, 1, 0]);
  });
});

test("a graceful stop waits for a handler that runs, as long as its mercy", async () => {
  await withMemoryServer({ fetch: () => new Response() }, async ({ server, settle, pass, clock, heard }) => {
    signal.register(202, "worker1", () => sleep(1000));
    signal.raise(202);
    await settle();
    let closed = false;
    void server.close({ mercyMs: 5000 }).then(() => closed = true);
    await pass(900);
    assert.equal(closed, false);
    await pass(101);
    assert.deepEqual([closed, heard.errors, clock.nextTimerMs], [true, [], Infinity]);
  });
});

test("numbers, targets, times and patterns that are none are refused", () => {
  for (const number of [-1, 256, 1.5, NaN, "1" as unknown as number]) {
    for (
      const call of [
        () => signal.register(number, "", () => {}),
        () => signal.raise(number),
        () => addTimer(number, 1),
        () => addMsTimer(number, 1),
        () => addRbTimer(number, 1),
        () => addCron(number, "* * * * *"),
      ]
    ) assert.throws(call, RangeError);
  }
  assert.throws(
    () => signal.register(1, "mule" as SignalTarget, () => {}),
    /^TypeError: signal\.register\(1\): no target "mule" in one process; there are "", /,
  );
  assert.throws(() => signal.register(1, "", 1 as unknown as () => void), TypeError);
  for (const seconds of [0, -1, NaN, Infinity, 3e6]) assert.throws(() => addTimer(1, seconds), RangeError);
  for (const times of [-1, 0.5, NaN]) assert.throws(() => addRbTimer(1, 1, times), RangeError);
  for (const pattern of ["", "* * *", "61 * * * *", "x * * * *", [-1, -1], [0.5, 0, 0, 0, 0], [61, -1, -1, -1, -1]]) {
    assert.throws(() => addCron(1, pattern), RangeError, String(pattern));
  }
  assert.throws(() => addCron(1, "* * * * *", { timeZone: "Mars/Olympus" }), RangeError);
});
