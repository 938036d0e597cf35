import assert from "node:assert/strict";
import { test } from "node:test";
import type { RequestName } from "../../../src/contract/observer.ts";
import { currentCore } from "../../../src/core/current.ts";
import { CoreScheduler } from "../../../src/core/scheduler.ts";
import { createCoreTable } from "../../../src/core/table.ts";
import { TimerWheel } from "../../../src/core/timer_wheel.ts";
import { OverloadError } from "../../../src/errors.ts";
import { createMemoryEngine } from "../../../src/io/memory.ts";
import { ServerSignals } from "../../../src/serve/signal_host.ts";
import { SignalCron } from "../../../src/signals/cron.ts";
import { Signals } from "../../../src/signals/signals.ts";
import { SignalTimer } from "../../../src/signals/timer.ts";
import { core, sleep, suspend } from "../../../src/suspend/calls.ts";
import { FakeClock } from "../../support/fake_clock.ts";
import { Gate } from "../../support/gate.ts";

/** Signals of their own, and a server on a fake clock that is not bound yet. */
class Scene {
  readonly signals = new Signals();
  readonly clock = new FakeClock();
  readonly wheel = new TimerWheel(this.clock);
  readonly table = createCoreTable(3);
  readonly scheduler = new CoreScheduler({ table: this.table, wheel: this.wheel, clock: this.clock, sliceMs: 2 });
  readonly host = { io: createMemoryEngine(), after: (ms: number, expired: () => void) => this.scheduler.after(ms, expired) };
  readonly background = new Set<Promise<unknown>>();
  readonly log: string[] = [];
  readonly observer = {
    appError: (error: unknown, name: RequestName | null) =>
      void this.log.push(`${name?.method} ${name?.target} on ${name?.core}: ${error}`),
    warning: (message: string) => void this.log.push(message),
  };
  readonly server = new ServerSignals(this);

  bind(): () => void {
    return this.signals.bind(this.server);
  }

  async pass(ms: number): Promise<void> {
    await this.clock.settle();
    // In steps, so that what a handler waits for next is set when it began to.
    for (let passed = 0; passed < ms; passed += 50) {
      this.clock.advance(Math.min(50, ms - passed));
      await this.clock.settle();
    }
  }
}

test("raise() runs the handler once for each, one after another, on a core that is given back", async () => {
  const scene = new Scene();
  const { signals, log } = scene;
  scene.bind();
  signals.register(17, async (signal) => {
    log.push(`${signal} begins on ${core()}`);
    await sleep(100);
    await suspend();
    log.push(`${signal} ends on ${core()}`);
  });
  signals.register(18, () => void log.push(`18 on ${core()}`));
  for (const signal of [17, 17, 18]) signals.raise(signal);
  assert.deepEqual([log, signals.counts], [[], { signals: 2, signalExceptions: 0, signalQueue: 1 }]);
  await scene.pass(0);
  assert.deepEqual([log, scene.server.busy], [["17 begins on 3", "18 on 4"], 1]);
  await scene.pass(300);
  assert.deepEqual(log.slice(2), ["17 ends on 3", "17 begins on 3", "17 ends on 3"]);
  assert.deepEqual([scene.server.busy, scene.background.size, signals.counts], [0, 0, { signals: 3, signalExceptions: 0, signalQueue: 0 }]);
  assert.deepEqual([currentCore(), scene.clock.armed], [null, 0]);
});

test("raise() of a handler that throws or rejects: logged, counted, and its core given back", async () => {
  const scene = new Scene();
  scene.bind();
  scene.signals.register(0, () => {
    throw new Error("at once");
  });
  scene.signals.register(255, async () => {
    await sleep(10);
    throw new Error("later");
  });
  for (const signal of [0, 255, 0]) scene.signals.raise(signal);
  await scene.pass(100);
  assert.deepEqual(scene.log.sort(), ["SIGNAL 0 on 3: Error: at once", "SIGNAL 0 on 3: Error: at once", "SIGNAL 255 on 4: Error: later"]);
  assert.deepEqual([scene.server.busy, scene.signals.counts], [0, { signals: 3, signalExceptions: 3, signalQueue: 0 }]);
});

test("raise() of what nobody has registered, and of more than may wait", () => {
  const { signals } = new Scene();
  assert.throws(() => signals.raise(3), TypeError);
  signals.register(3, () => {});
  for (let raise = 0; raise < 1024; raise++) signals.raise(3);
  assert.throws(() => signals.raise(3), OverloadError);
  assert.equal(signals.counts.signalQueue, 1024);
});

test("raise() before a server runs waits for one; a second server takes over from one that is closed", async () => {
  const [first, second] = [new Scene(), new Scene()];
  const { signals } = first;
  let runs = 0;
  signals.register(5, () => void runs++);
  signals.raise(5);
  await first.pass(100);
  assert.equal(runs, 0);
  const unbind = first.bind();
  signals.bind(second.server);
  await first.pass(0);
  assert.equal(runs, 1);
  unbind();
  unbind();
  signals.raise(5);
  await first.pass(0);
  await second.pass(0);
  assert.deepEqual([runs, second.clock.armed], [2, 0]);
});

test("a handler that never settles keeps its signal from no other server, once its own has stopped", async () => {
  const [first, second] = [new Scene(), new Scene()];
  const { signals } = first;
  const gate = new Gate();
  let runs = 0;
  signals.register(5, async () => {
    if (++runs === 1) await gate.opened;
  });
  const unbind = first.bind();
  signals.raise(5);
  await first.pass(0);
  unbind();
  signals.bind(second.server);
  signals.raise(5);
  await second.pass(0);
  assert.equal(runs, 1);
  first.server.stop();
  signals.abandon(first.server);
  await second.pass(0);
  assert.equal(runs, 2);
  // The first one's end is not taken for the end of another run.
  gate.open();
  await first.pass(0);
  signals.raise(5);
  await second.pass(0);
  assert.deepEqual([runs, first.server.busy, second.server.busy], [3, 0, 0]);
});

test("SignalTimer rings on time, and leaves out a tick at which its handler still runs", async () => {
  const scene = new Scene();
  const { signals, clock, log } = scene;
  const gate = new Gate();
  signals.register(1, async () => {
    log.push(`${clock.now()}`);
    if (log.length === 2) await gate.opened;
  });
  signals.add(new SignalTimer(signals, 1, 1000, Infinity));
  await scene.pass(5000);
  assert.deepEqual([log, clock.armed], [[], 0]);
  const unbind = scene.bind();
  await scene.pass(4500);
  assert.deepEqual(log, ["7000", "8000"]);
  gate.open();
  await scene.pass(1000);
  assert.deepEqual(log, ["7000", "8000", "11000"]);
  // The loop is held up for some ticks: they are not made up.
  clock.spend(3200);
  await scene.pass(1000);
  assert.deepEqual(log.slice(3), ["14700", "15000"]);
  unbind();
  assert.equal(clock.armed, 0);
  await scene.pass(5000);
  assert.equal(log.length, 5);
});

test("SignalTimer with a number of times rings so often, ticks that were left out counted", async () => {
  const scene = new Scene();
  let runs = 0;
  scene.signals.register(2, async () => {
    runs++;
    await sleep(1500);
  });
  scene.bind();
  scene.signals.add(new SignalTimer(scene.signals, 2, 1000, 3));
  await scene.pass(10_000);
  assert.deepEqual([runs, scene.clock.armed], [2, 0]);
});

test("a timer of a signal that nobody has registered is warned of once", async () => {
  const scene = new Scene();
  scene.bind();
  scene.signals.add(new SignalTimer(scene.signals, 9, 100, Infinity));
  await scene.pass(1000);
  assert.deepEqual(scene.log, ["a timer of signal 9 has rung, and nobody has registered that: call signal.register"]);
});

test("add() is bounded", () => {
  const { signals } = new Scene();
  for (let timer = 0; timer < 1024; timer++) signals.add(new SignalTimer(signals, 0, 1000, Infinity));
  assert.throws(() => signals.add(new SignalTimer(signals, 0, 1000, Infinity)), OverloadError);
});

test("SignalCron rings at its pattern's times, in its time zone", async () => {
  const scene = new Scene();
  const { signals, clock, log } = scene;
  signals.register(4, () => void log.push(new Date(clock.wallTime()).toISOString().slice(0, 16)));
  signals.add(new SignalCron(signals, 4, "30 5 * * *", "Asia/Kolkata"));
  const unbind = scene.bind();
  // The fake clock's wall shows 2026-01-01T00:00:01Z, which is 05:30:01 there.
  const day = 24 * 3600;
  for (let minute = 0; minute < 2 * day / 60; minute++) await pass(scene, 60_000);
  assert.deepEqual(log, ["2026-01-02T00:00", "2026-01-03T00:00"]);
  unbind();
  assert.equal(clock.armed, 0);
});

test("a cron that has no time to come keeps no other timer from being armed", async () => {
  const scene = new Scene();
  const { signals, log } = scene;
  signals.register(1, () => void log.push("rings"));
  signals.add(new SignalCron(signals, 1, "0 0 0 1 1 * 2025", "UTC"));
  signals.add(new SignalTimer(signals, 1, 1000, Infinity));
  scene.bind();
  await scene.pass(1000);
  assert.deepEqual(log, ["rings"]);
});

test("SignalCron holds to a clock of the wall that is set", async () => {
  const scene = new Scene();
  const { signals, clock, log } = scene;
  let setBy = 0;
  const wallTime = clock.wallTime.bind(clock);
  clock.wallTime = () => wallTime() + setBy;
  signals.register(4, () => void log.push(new Date(clock.wallTime()).toISOString()));
  signals.add(new SignalCron(signals, 4, "0 * * * *", "UTC"));
  scene.bind();
  setBy = 50 * 60_000;
  for (let minute = 0; minute < 12; minute++) await pass(scene, 60_000);
  assert.deepEqual(log, ["2026-01-01T01:00:01.000Z"]);
});

test("ServerSignals.stop() rejects what handlers wait for, so that no sleep of theirs holds the process", async () => {
  const scene = new Scene();
  const unbind = scene.bind();
  scene.signals.register(6, () => sleep(60_000));
  scene.signals.raise(6);
  await scene.pass(50);
  assert.equal(scene.background.size, 1);
  unbind();
  scene.server.stop();
  await scene.clock.settle();
  assert.deepEqual([scene.clock.armed, scene.server.busy, scene.background.size], [0, 0, 0]);
  assert.match(scene.log.join(), /^SIGNAL 6 on 3: HarakiriError: run a signal's handler: its server has stopped$/);
});

/** In one step: nothing of it waits. */
async function pass(scene: Scene, ms: number): Promise<void> {
  scene.clock.advance(ms);
  if (scene.clock.waitingTurns > 0 || scene.server.busy > 0) await scene.clock.settle();
}
