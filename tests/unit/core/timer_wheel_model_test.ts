/** The wheel against the naive model: a map from timer to time, searched whole each time. */
import { test } from "node:test";
import assert from "node:assert/strict";
import fc from "fast-check";
import { TimerWheel, WheelTimer } from "../../../src/core/timer_wheel.ts";
import { FakeClock } from "../../support/fake_clock.ts";

const TIMERS = 12;

class World {
  readonly clock = new FakeClock(1000.25);
  readonly wheel = new TimerWheel(this.clock);
  /** When each armed timer is due. */
  readonly due = new Map<number, number>();
  readonly timers: WheelTimer[];
  /** What a timer does when it expires: schedule another one, or itself. */
  readonly chains: ReadonlyMap<number, { readonly index: number; readonly delayMs: number }>;
  /** Time was spent without a turn: timers may be late by as much. */
  lateUntil = 0;
  expired = 0;

  constructor(chains: ReadonlyMap<number, { readonly index: number; readonly delayMs: number }>) {
    this.chains = chains;
    this.timers = Array.from({ length: TIMERS }, (_, index) => new WheelTimer(() => this.#expire(index)));
  }

  schedule(index: number, delayMs: number): void {
    this.wheel.schedule(this.timers[index], delayMs);
    this.due.set(index, this.clock.now() + delayMs);
  }

  cancel(index: number): void {
    this.wheel.cancel(this.timers[index]);
    this.due.delete(index);
  }

  #expire(index: number): void {
    const nowMs = this.clock.now();
    const due = this.due.get(index);
    assert.ok(due !== undefined, "expired, but was not armed");
    assert.ok(nowMs >= due, `${due - nowMs} ms early`);
    assert.ok(nowMs <= Math.max(due + 1, this.lateUntil), `${nowMs - due} ms late`);
    this.due.delete(index);
    this.expired++;
    const chain = this.chains.get(index);
    if (chain !== undefined && this.expired < 500) this.schedule(chain.index, chain.delayMs);
  }

  check(): void {
    assert.equal(this.wheel.size, this.due.size);
    this.timers.forEach((timer, index) => assert.equal(timer.armed, this.due.has(index)));
    assert.equal(this.clock.armed, this.due.size > 0 ? 1 : 0);
    const nowMs = this.clock.now();
    for (const due of this.due.values()) assert.ok(due + 1 > nowMs || nowMs <= this.lateUntil, `${nowMs - due} ms overdue`);
  }
}

const index = fc.nat({ max: TIMERS - 1 });
/** Quarters of a millisecond, which doubles hold exactly; around every level's edge, and past the horizon. */
const delayMs = fc.oneof(
  fc.integer({ min: 0, max: 20 }),
  fc.integer({ min: 0, max: 1000 }),
  fc.integer({ min: 0, max: 400_000 }),
  fc.integer({ min: 0, max: 2 ** 33 }),
  fc.constantFrom(63, 64, 65, 4095, 4096, 4097, 262_144, 2 ** 24, 2 ** 30 - 1, 2 ** 30, 2 ** 30 + 1).map((edge) => edge * 4),
).map((quarters) => quarters / 4);

const step = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant("schedule"), index, delayMs }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("cancel"), index, delayMs: fc.constant(0) }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("advance"), index: fc.constant(0), delayMs }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("spend"), index: fc.constant(0), delayMs }) },
);
const chains = fc.array(fc.tuple(index, fc.record({ index, delayMs })), { maxLength: 4, size: "max" });

test("TimerWheel expires what the naive model expires, when the model does", { timeout: 30_000 }, () => {
  fc.assert(
    fc.property(chains, fc.array(step, { maxLength: 60, size: "max" }), (chains, steps) => {
      const world = new World(new Map(chains));
      for (const { kind, index, delayMs } of steps) {
        if (kind === "schedule") world.schedule(index, delayMs);
        else if (kind === "cancel") world.cancel(index);
        else if (kind === "advance") world.clock.advance(delayMs);
        else {
          world.clock.spend(delayMs);
          world.lateUntil = world.clock.now() + 1;
        }
        world.check();
      }
    }),
    { numRuns: 400 },
  );
});
