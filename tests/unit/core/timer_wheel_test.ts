import { test } from "node:test";
import assert from "node:assert/strict";
import type { ClockTimer } from "../../../src/contract/clock.ts";
import type { CoreTask } from "../../../src/contract/engine.ts";
import { currentCore, enterCore } from "../../../src/core/current.ts";
import { TimerWheel, WheelTimer } from "../../../src/core/timer_wheel.ts";
import { NodeClock } from "../../../src/io/clock_node.ts";
import { FakeClock } from "../../support/fake_clock.ts";
import { thrownLater } from "./thrown_later.ts";

/** A clock that counts its timers, and rings early or late as a runtime's may. */
class SkewedClock extends FakeClock {
  readonly #skewMs: number;
  set = 0;
  allHeld = true;

  constructor(skewMs = 0) {
    super(1000.25);
    this.#skewMs = skewMs;
  }

  override setTimer(delayMs: number, callback: () => void, keepAlive: boolean): ClockTimer {
    this.set++;
    this.allHeld &&= keepAlive;
    // No runtime's timer rings without any time gone by.
    return super.setTimer(Math.max(0.25, delayMs + this.#skewMs), callback, keepAlive);
  }
}

/** Schedules one timer, lets time pass, and gives how long it took. */
function timeOne(clock: FakeClock, wheel: TimerWheel, delayMs: number, passMs: number): number {
  const start = clock.now();
  let took = NaN;
  wheel.schedule(new WheelTimer(() => took = clock.now() - start), delayMs);
  clock.advance(passMs);
  return took;
}

const EDGES = [1, 2, 127, 128, ...[64, 4096, 2 ** 18, 2 ** 24, 2 ** 30].flatMap((edge) => [edge - 1, edge, edge + 1])];

test("schedule() expires within a millisecond after the delay, never before, at every level's edge", () => {
  for (const edge of [...EDGES, 2 ** 31, 5 * 2 ** 30 + 7]) {
    for (const delayMs of [edge - 0.5, edge, edge + 0.25]) {
      const clock = new SkewedClock();
      const wheel = new TimerWheel(clock);
      const took = timeOne(clock, wheel, delayMs, delayMs + 2);
      assert.ok(took >= delayMs && took <= delayMs + 1, `${delayMs} took ${took}`);
      assert.deepEqual([wheel.size, clock.armed], [0, 0]);
    }
  }
});

test("schedule() keeps to time on a wheel that has turned for long", () => {
  const clock = new SkewedClock();
  const wheel = new TimerWheel(clock);
  const hourly = new WheelTimer(() => wheel.schedule(hourly, 3_600_000));
  wheel.schedule(hourly, 3_600_000);
  for (const delayMs of [5, 1000, 75_000, 2 ** 29, 2 ** 29 + 123, 2 ** 30, 30, 2 ** 29, 2 ** 30 + 5]) {
    const took = timeOne(clock, wheel, delayMs, delayMs + 1000.5);
    assert.ok(took >= delayMs && took <= delayMs + 1, `${delayMs} took ${took}`);
  }
});

test("schedule() without a delay is due at the next tick", () => {
  for (const delayMs of [0, -5, NaN]) {
    const clock = new SkewedClock();
    const took = timeOne(clock, new TimerWheel(clock), delayMs, 2);
    assert.ok(took > 0 && took <= 1, `${delayMs} took ${took}`);
  }
});

test("schedule() for ever never expires, and can be called off", () => {
  const clock = new SkewedClock();
  const wheel = new TimerWheel(clock);
  const timer = new WheelTimer(() => assert.fail("expired"));
  wheel.schedule(timer, Infinity);
  clock.advance(2 ** 33);
  assert.equal(timer.armed, true);
  wheel.cancel(timer);
  assert.deepEqual([wheel.size, clock.armed], [0, 0]);
});

test("expire() comes in order of time, and of schedule() within a millisecond", () => {
  const clock = new SkewedClock();
  const wheel = new TimerWheel(clock);
  const log: string[] = [];
  [30, 10, 20, 10, 30, 5000, 70, 5000].forEach((delayMs, index) => {
    wheel.schedule(new WheelTimer(() => log.push(`${delayMs}#${index}`)), delayMs);
  });
  clock.advance(6000);
  assert.deepEqual(log, ["10#1", "10#3", "20#2", "30#0", "30#4", "70#6", "5000#5", "5000#7"]);
});

test("timers that are overdue together expire in order of time", () => {
  const clock = new SkewedClock();
  const wheel = new TimerWheel(clock);
  const log: number[] = [];
  for (const delayMs of [9000, 3, 700, 64, 63, 5000, 1]) wheel.schedule(new WheelTimer(() => log.push(delayMs)), delayMs);
  clock.spend(10_000);
  clock.turn();
  assert.deepEqual(log, [1, 3, 63, 64, 700, 5000, 9000]);
});

test("cancel() keeps a timer from expiring, wherever it stands", () => {
  for (const delayMs of EDGES) {
    const clock = new SkewedClock();
    const wheel = new TimerWheel(clock);
    const timer = new WheelTimer(() => assert.fail("expired"));
    wheel.cancel(timer);
    wheel.schedule(timer, delayMs);
    assert.equal(timer.armed, true);
    clock.advance(delayMs - 1);
    wheel.cancel(timer);
    wheel.cancel(timer);
    assert.equal(timer.armed, false);
    assert.equal(clock.armed, 0, "an empty wheel holds no process");
    clock.advance(10);
  }
});

test("schedule() of an armed timer puts it off, or moves it up", () => {
  const pairs = [[10, 20], [70_000, 75_000], [5, 80_000], [10, 2 ** 30 + 9], [2 ** 30 + 5, 2 ** 31]];
  for (const [first, second] of [...pairs, ...pairs.map(([first, second]) => [second, first])]) {
    const clock = new SkewedClock();
    const wheel = new TimerWheel(clock);
    const times: number[] = [];
    const timer = new WheelTimer(() => times.push(clock.now()));
    wheel.schedule(timer, first);
    clock.advance(2);
    const due = clock.now() + second;
    wheel.schedule(timer, second);
    assert.equal(wheel.size, 1);
    clock.advance(first + second + 10);
    assert.equal(times.length, 1);
    assert.ok(times[0] >= due && times[0] <= due + 1, `${first} to ${second}: ${times[0] - due} late`);
  }
});

test("schedule() to a later time leaves the timer in its slot", () => {
  const clock = new SkewedClock();
  const wheel = new TimerWheel(clock);
  const timer = new WheelTimer(() => {});
  wheel.schedule(timer, 5000);
  const { slot, slotTick } = timer;
  wheel.schedule(timer, 300_000);
  assert.deepEqual([timer.slot, timer.slotTick, wheel.size], [slot, slotTick, 1]);
});

test("schedule() takes the time it is given", () => {
  const clock = new SkewedClock();
  const wheel = new TimerWheel(clock);
  let at = 0;
  const nowMs = clock.now();
  clock.spend(30);
  wheel.schedule(new WheelTimer(() => at = clock.now()), 40, nowMs);
  clock.advance(100);
  assert.ok(at >= nowMs + 40 && at <= nowMs + 41);
});

test("one timer of the clock is armed at a time, and holds the process", () => {
  const clock = new SkewedClock();
  const wheel = new TimerWheel(clock);
  for (const delayMs of [5000, 400, 30, 2, 80_000, 2 ** 31]) {
    wheel.schedule(new WheelTimer(() => {}), delayMs);
    assert.equal(clock.armed, 1);
  }
  clock.advance(100_000);
  assert.equal(clock.armed, 1);
  assert.equal(clock.allHeld, true);
});

test("a deadline that each request puts off costs the clock nothing", () => {
  const clock = new SkewedClock();
  const wheel = new TimerWheel(clock);
  let expiredAt = 0;
  const timer = new WheelTimer(() => expiredAt = clock.now());
  for (let request = 0; request < 10_000; request++) {
    wheel.schedule(timer, 75_000);
    clock.advance(10);
  }
  const last = clock.now() - 10;
  assert.ok(clock.set < 20, `${clock.set} timers of the clock in 100 s`);
  clock.advance(80_000);
  assert.ok(expiredAt >= last + 75_000 && expiredAt <= last + 75_001);
});

test("a wheel that stood still for a year needs no catching up", () => {
  const clock = new SkewedClock();
  const wheel = new TimerWheel(clock);
  clock.advance(365 * 86_400_000);
  timeOne(clock, wheel, 5, 10);
  clock.set = 0;
  clock.advance(5 * 86_400_000);
  const took = timeOne(clock, wheel, 5, 10);
  assert.ok(took >= 5 && took <= 6);
  assert.equal(clock.set, 1);
});

test("a clock that rings early makes no timer early", () => {
  for (const delayMs of [1, 5, 64, 5000.5]) {
    const clock = new SkewedClock(-0.75);
    const took = timeOne(clock, new TimerWheel(clock), delayMs, delayMs + 3);
    assert.ok(took >= delayMs && took <= delayMs + 2, `${delayMs} took ${took}`);
  }
});

test("expire() may schedule and cancel any timer, its own and its neighbours too", () => {
  const clock = new SkewedClock();
  const wheel = new TimerWheel(clock);
  const log: string[] = [];
  const start = clock.now();
  const note = (name: string) => log.push(`${name} ${Math.floor(clock.now() - start)}`);
  const cancelled = new WheelTimer(() => note("cancelled"));
  const putOff = new WheelTimer(() => note("put off"));
  const movedUp = new WheelTimer(() => note("moved up"));
  const again = new WheelTimer(() => {
    note("again");
    if (log.length < 3) wheel.schedule(again, 0);
  });
  const first = new WheelTimer(() => {
    note("first");
    wheel.cancel(cancelled);
    wheel.schedule(putOff, 100);
    wheel.schedule(movedUp, 3);
    wheel.schedule(first, 200);
    wheel.cancel(first);
  });
  for (const timer of [first, cancelled, putOff, again]) wheel.schedule(timer, 10);
  wheel.schedule(movedUp, 90_000);
  clock.advance(100_000);
  assert.deepEqual(log, ["first 10", "again 10", "again 11", "moved up 13", "put off 110"]);
  assert.equal(clock.armed, 0);
});

test("expire() that schedules itself without delay takes one tick each, however late the clock is", () => {
  const clock = new SkewedClock();
  const wheel = new TimerWheel(clock);
  let count = 0;
  const timer = new WheelTimer(() => {
    count++;
    wheel.schedule(timer, 0);
  });
  wheel.schedule(timer, 0);
  clock.spend(50);
  clock.turn();
  assert.ok(count <= 2, `${count} in no time`);
  clock.advance(10);
  assert.ok(count >= 10 && count <= 13);
});

test("an expire() that throws stops no other timer", async () => {
  const clock = new SkewedClock();
  const wheel = new TimerWheel(clock);
  const log: string[] = [];
  const error = new Error("a bug");
  const errors = await thrownLater(() => {
    wheel.schedule(new WheelTimer(() => log.push("before")), 5);
    wheel.schedule(
      new WheelTimer(() => {
        throw error;
      }),
      5,
    );
    wheel.schedule(new WheelTimer(() => log.push("after")), 5);
    wheel.schedule(new WheelTimer(() => log.push("later")), 500);
    clock.advance(1000);
  });
  assert.deepEqual(errors, [error]);
  assert.deepEqual(log, ["before", "after", "later"]);
});

test("10,000 sleeps at once expire on time, with few timers of the clock", { timeout: 20_000 }, () => {
  const clock = new SkewedClock();
  const wheel = new TimerWheel(clock);
  let latest = 0;
  let expired = 0;
  for (let index = 0; index < 10_000; index++) {
    const due = clock.now() + 1000 + index % 100;
    wheel.schedule(
      new WheelTimer(() => {
        expired++;
        const late = clock.now() - due;
        assert.ok(late >= 0);
        latest = Math.max(latest, late);
      }),
      1000 + index % 100,
    );
  }
  assert.equal(wheel.size, 10_000);
  clock.advance(1200);
  assert.equal(expired, 10_000);
  assert.ok(latest <= 1);
  assert.ok(clock.set <= 110, `${clock.set} timers of the clock`);
});

test("the alarm that a request's sleep sets is none of that request's: others' timers ring with it", async () => {
  const wheel = new TimerWheel(new NodeClock());
  const seen: unknown[] = [];
  await new Promise<void>((resolve) => {
    enterCore({ core: 0 } as CoreTask, () => wheel.schedule(new WheelTimer(() => seen.push(currentCore())), 1), 0);
    wheel.schedule(new WheelTimer(resolve), 5);
  });
  assert.deepEqual(seen, [null]);
});
