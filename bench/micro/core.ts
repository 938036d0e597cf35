/**
 * What the core's work costs, in microseconds of CPU an operation: the best of seven rounds, so that what else the machine does counts least.
 * Run it on each runtime: `deno run -A`, `bun`, `node` `bench/micro/core.ts`.
 */
import process from "node:process";
import type { Clock } from "../../src/contract/clock.ts";
import type { CoreTask } from "../../src/contract/engine.ts";
import { currentCore, enterCore } from "../../src/core/current.ts";
import { CorePool } from "../../src/core/pool.ts";
import { RunQueue } from "../../src/core/run_queue.ts";
import { createCoreTable } from "../../src/core/table.ts";
import { TimerWheel, WheelTimer } from "../../src/core/timer_wheel.ts";

const ROUNDS = 7;
const CALLS = 1_000_000;

const clock: Clock = {
  now: () => performance.now(),
  wallTime: () => Date.now(),
  setTimer(delayMs, callback) {
    const timer = setTimeout(callback, delayMs);
    return { cancel: () => clearTimeout(timer) };
  },
  nextTurn: (callback) => void setTimeout(callback, 0),
};

function measure(name: string, calls: number, run: (calls: number) => void): void {
  let best = Infinity;
  for (let round = 0; round < ROUNDS; round++) {
    const start = cpuMs();
    run(calls);
    best = Math.min(best, cpuMs() - start);
  }
  report(name, best, calls);
}

/** Of all threads of the process: what the collector does in its own counts too. */
function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

function report(name: string, ms: number, calls: number): void {
  console.log(`${name.padEnd(58)} ${(ms * 1000 / calls).toFixed(4)}`);
}

/** Strings as a parser makes them: slices of a head, a new one each request. */
function targets(length: number): string[] {
  return Array.from({ length: 64 }, (_, index) => {
    const head = `GET /${String(index).padStart(length - 1, "x")} HTTP/1.1\r\nHost: localhost:8080\r\n\r\n`;
    return head.slice(4, 4 + length);
  });
}

function benchPool(): void {
  const table = createCoreTable(1000);
  const pool = new CorePool(table, { queue: 1024, observer: {}, clock });
  for (let held = 0; held < 50; held++) pool.take();
  measure("clock.now()", CALLS, (calls) => {
    let sum = 0;
    for (let call = 0; call < calls; call++) sum += clock.now();
    if (sum < 0) throw new Error("time ran backwards");
  });
  measure("take + release", CALLS, (calls) => {
    for (let call = 0; call < calls; call++) pool.release(pool.take());
  });
  for (const length of [1, 12, 40, 128]) {
    const some = targets(length);
    measure(`take + begin + release, a target of ${length} bytes`, CALLS, (calls) => {
      for (let call = 0; call < calls; call++) {
        const core = pool.take();
        table.begin(core, call, "GET", some[call & 63]);
        pool.release(core);
      }
    });
  }
}

function benchWheel(): void {
  const wheel = new TimerWheel(clock);
  const timers = Array.from({ length: 10_000 }, () => new WheelTimer(() => {}));
  const nowMs = clock.now();
  wheel.schedule(new WheelTimer(() => {}), 1, nowMs);
  measure("wheel: schedule + cancel, delays 1 ms to 100 s", CALLS, (calls) => {
    for (let call = 0; call < calls; call++) {
      const timer = timers[call % 10_000];
      wheel.schedule(timer, 1 + (call * 7919) % 100_000, nowMs);
      wheel.cancel(timer);
    }
  });
  for (const timer of timers) wheel.schedule(timer, 75_000, nowMs);
  measure("wheel: put off an armed timer, time given", CALLS, (calls) => {
    for (let call = 0; call < calls; call++) wheel.schedule(timers[call % 10_000], 75_000 + call / 1000, nowMs);
  });
  measure("wheel: put off an armed timer, time read", CALLS, (calls) => {
    for (let call = 0; call < calls; call++) wheel.schedule(timers[call % 10_000], 75_000);
  });
  measure("wheel: move an armed timer to and fro", CALLS, (calls) => {
    for (let call = 0; call < calls; call++) wheel.schedule(timers[call % 10_000], (call / 10_000 & 1) === 0 ? 75_000 : 10_000, nowMs);
  });
  for (const timer of timers) wheel.cancel(timer);
}

function benchCurrent(): void {
  const task = { core: 1 } as CoreTask;
  let calls = 0;
  const run = (more: number) => {
    calls += more;
  };
  measure("enterCore", CALLS, (count) => {
    for (let call = 0; call < count; call++) enterCore(task, run, 1);
  });
  enterCore(task, () => {
    measure("currentCore", CALLS, (count) => {
      for (let call = 0; call < count; call++) if (currentCore() === null) calls++;
    });
  }, 0);
  if (calls !== CALLS * ROUNDS) throw new Error(`enterCore: ran ${calls} times`);
}

/** 100 items that are always ready again; the turn of the poller costs nothing here. */
async function benchRunQueue(): Promise<void> {
  let left = 0;
  let done = () => {};
  const queue = new RunQueue<number>({ ...clock, nextTurn: queueMicrotask }, 2, {
    run() {},
    ran(item) {
      if (left-- > 0) queue.push(item);
      else if (queue.size === 0) done();
    },
  });
  let best = Infinity;
  for (let round = 0; round < ROUNDS; round++) {
    left = CALLS;
    const start = cpuMs();
    await new Promise<void>((resolve) => {
      done = resolve;
      for (let item = 0; item < 100; item++) queue.push(item);
    });
    best = Math.min(best, cpuMs() - start);
  }
  report("run queue: one switch (with its await)", best, CALLS + 100);
}

/** 10,000 sleeps, due at about the same time: scheduled, and expired by the real clock. */
async function benchSleeps(): Promise<void> {
  const wheel = new TimerWheel(clock);
  const latest = await new Promise<number>((resolve) => {
    let left = 10_000;
    let worst = 0;
    for (let index = 0; index < 10_000; index++) {
      const due = clock.now() + 50 + index % 50;
      const timer = new WheelTimer(() => {
        const late = clock.now() - due;
        worst = late < 0 ? Infinity : Math.max(worst, late);
        if (--left === 0) resolve(worst);
      });
      wheel.schedule(timer, due - clock.now());
    }
  });
  console.log(`10,000 sleeps of 50 to 100 ms: the latest was ${latest.toFixed(2)} ms late`);
}

benchPool();
benchWheel();
benchCurrent();
await benchRunQueue();
await benchSleeps();
