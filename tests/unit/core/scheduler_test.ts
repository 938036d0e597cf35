import { test } from "node:test";
import assert from "node:assert/strict";
import type { CoreContext, CoreTask, SuspendEngine } from "../../../src/contract/engine.ts";
import { CorePool } from "../../../src/core/pool.ts";
import { CoreScheduler } from "../../../src/core/scheduler.ts";
import { createCoreTable } from "../../../src/core/table.ts";
import { TimerWheel } from "../../../src/core/timer_wheel.ts";
import { FakeClock } from "../../support/fake_clock.ts";

/** What the scheduler does not call. */
const UNUSED = {
  name: "async" as const,
  accepts: () => true,
  register: () => assert.fail("not for the scheduler"),
  giveWay: () => Promise.reject(new Error("not for the scheduler")),
  suspend: () => Promise.reject(new Error("not for the scheduler")),
  sleep: () => Promise.reject(new Error("not for the scheduler")),
  kill: () => assert.fail("not for the scheduler"),
};

type Slice = (task: CoreTask) => void;

/** A scheduler, and requests whose slices a test writes as functions. */
class Fixture {
  readonly clock = new FakeClock();
  readonly table = createCoreTable(100);
  readonly pool = new CorePool(this.table, { queue: 10, observer: {}, clock: this.clock });
  readonly scheduler = new CoreScheduler({ table: this.table, wheel: new TimerWheel(this.clock), clock: this.clock, sliceMs: 2 });
  readonly log: string[] = [];

  /** Starts a request: `slices[0]` is its first slice, and so on; past the last one a slice does nothing. */
  start(name: string, ...slices: Slice[]): CoreTask {
    const engine: SuspendEngine = {
      ...UNUSED,
      start: ({ task }) => {
        this.log.push(`${name} starts`);
        slices.shift()?.(task);
      },
      resume: (task) => {
        this.log.push(`${name} resumes ${this.table.state(task.core)}`);
        slices.shift()?.(task);
      },
    };
    const task = { core: this.pool.take(), engine } as CoreTask;
    this.table.begin(task.core, this.clock.now(), "GET", `/${name}`);
    this.scheduler.start({ task } as CoreContext);
    return task;
  }

  finish(task: CoreTask): void {
    this.scheduler.finish(task);
    this.pool.release(task.core);
  }
}

test("start() runs the first slice; what then waits for something of its own is waiting", () => {
  const fixture = new Fixture();
  fixture.start("a", (task) => assert.equal(fixture.table.state(task.core), "running"));
  assert.equal(fixture.table.state(0), "waiting");
  assert.deepEqual(fixture.log, ["a starts"]);
});

test("start() of a request answered in its first slice leaves the core to the next", () => {
  const fixture = new Fixture();
  let other: CoreTask | null = null;
  fixture.start("a", (task) => {
    fixture.finish(task);
    other = fixture.start("b", (next) => fixture.scheduler.ready(next));
    assert.equal(other.core, task.core);
  });
  assert.equal(fixture.table.state(0), "ready");
  assert.equal(fixture.table.switches(0), 1);
});

test("a request that is answered in its slice leaves an idle core", async () => {
  const fixture = new Fixture();
  fixture.start("a", (task) => fixture.finish(task));
  assert.equal(fixture.table.state(0), "idle");
  fixture.start("b", (task) => fixture.scheduler.ready(task), (task) => fixture.finish(task));
  await fixture.clock.settle();
  assert.equal(fixture.table.state(0), "idle");
});

test("ready() queues a request once, and counts a switch each time it is queued", async () => {
  const fixture = new Fixture();
  const again: Slice = (task) => {
    fixture.scheduler.ready(task);
    fixture.scheduler.ready(task);
    assert.equal(fixture.table.state(task.core), "ready");
  };
  const task = fixture.start("a", again, again, again);
  await fixture.clock.settle();
  assert.deepEqual(fixture.log, ["a starts", "a resumes running", "a resumes running", "a resumes running"]);
  assert.equal(fixture.table.switches(task.core), 3);
  assert.equal(fixture.table.state(task.core), "waiting");
});

test("sleep() wakes once, not before its time", async () => {
  const fixture = new Fixture();
  let woken = 0;
  const wake = () => {
    woken++;
    fixture.scheduler.ready(task);
  };
  const task = fixture.start("a", (task) => {
    fixture.scheduler.sleep(task, 50, wake);
    assert.equal(fixture.table.state(0), "sleeping");
  });
  assert.equal(fixture.table.state(0), "sleeping");
  fixture.clock.advance(49);
  assert.equal(woken, 0);
  fixture.clock.advance(2);
  assert.deepEqual([woken, fixture.table.state(0)], [1, "ready"]);
  await fixture.clock.settle();
  fixture.clock.advance(1000);
  assert.deepEqual([woken, fixture.table.state(0)], [1, "waiting"]);
  assert.deepEqual(fixture.log, ["a starts", "a resumes running"]);
});

test("sleep() that is called off does not wake", () => {
  const fixture = new Fixture();
  const task = fixture.start("a");
  const sleep = fixture.scheduler.sleep(task, 50, () => assert.fail("woken"));
  sleep.cancel();
  sleep.cancel();
  assert.equal(fixture.clock.armed, 0);
  fixture.clock.advance(100);
});

test("a request that sleeps in one branch and suspends in another sleeps on after its slice", async () => {
  const fixture = new Fixture();
  const task = fixture.start("a", (task) => {
    fixture.scheduler.sleep(task, 50, () => fixture.scheduler.ready(task));
    fixture.scheduler.ready(task);
    fixture.scheduler.sleep(task, 80, () => fixture.scheduler.ready(task));
    assert.equal(fixture.table.state(task.core), "ready");
  });
  await fixture.clock.settle();
  assert.equal(fixture.table.state(task.core), "sleeping");
  fixture.clock.advance(51);
  await fixture.clock.settle();
  assert.equal(fixture.table.state(task.core), "sleeping");
  fixture.clock.advance(30);
  await fixture.clock.settle();
  assert.equal(fixture.table.state(task.core), "waiting");
  assert.equal(fixture.table.switches(task.core), 3);
});

test("sleep() called off, even twice or too late, counts no more as a sleep", async () => {
  const fixture = new Fixture();
  const task = fixture.start("a", (task) => {
    const sleep = fixture.scheduler.sleep(task, 50, () => {});
    sleep.cancel();
    sleep.cancel();
    const late = fixture.scheduler.sleep(task, 20, () => {
      late.cancel();
      fixture.scheduler.ready(task);
    });
  });
  fixture.clock.advance(21);
  await fixture.clock.settle();
  assert.equal(fixture.table.state(task.core), "waiting");
});

test("sending() lasts until ready()", async () => {
  const fixture = new Fixture();
  const task = fixture.start("a", (task) => fixture.scheduler.sending(task));
  assert.equal(fixture.table.state(0), "sending");
  fixture.scheduler.ready(task);
  assert.equal(fixture.table.state(0), "ready");
  await fixture.clock.settle();
  assert.equal(fixture.table.state(0), "waiting");
});

test("sending() is told although another branch sleeps", async () => {
  const fixture = new Fixture();
  const task = fixture.start("a", (task) => fixture.scheduler.ready(task), (task) => {
    fixture.scheduler.sleep(task, 50, () => {});
    fixture.scheduler.sending(task);
  });
  await fixture.clock.settle();
  assert.equal(fixture.table.state(task.core), "sending");
});

test("finish() lets go of the core, once", () => {
  const fixture = new Fixture();
  const task = fixture.start("a");
  fixture.finish(task);
  fixture.scheduler.finish(task);
  assert.deepEqual(fixture.log, ["a starts"]);
  assert.equal(fixture.table.state(0), "idle");
});

/** A client goes while its request is in the run queue, and another request gets the core before the slice is run. */
test("a request finished while it is ready runs on, and leaves the core's next request alone", async () => {
  const fixture = new Fixture();
  const gone = fixture.start("gone", (task) => fixture.scheduler.ready(task), (task) => fixture.scheduler.ready(task));
  fixture.finish(gone);
  fixture.scheduler.ready(gone);
  const next = fixture.start("next", (task) => fixture.scheduler.sending(task));
  assert.equal(next.core, gone.core);
  await fixture.clock.settle();
  assert.deepEqual(fixture.log.slice(2), ["gone resumes sending", "gone resumes sending"]);
  assert.equal(fixture.table.state(0), "sending");
  assert.equal(fixture.table.switches(0), 0);
});

test("a request finished while it sleeps wakes, and leaves the core's next request alone", async () => {
  const fixture = new Fixture();
  const gone = fixture.start("gone", (task) => {
    fixture.scheduler.sleep(task, 50, () => fixture.scheduler.ready(task));
    fixture.scheduler.sleep(task, 60, () => assert.fail("called off")).cancel();
  });
  fixture.finish(gone);
  fixture.start("next", (task) => fixture.scheduler.ready(task));
  await fixture.clock.settle();
  fixture.clock.advance(51);
  await fixture.clock.settle();
  assert.equal(fixture.log.at(-1), "gone resumes waiting");
  assert.equal(fixture.table.state(0), "waiting");
  assert.equal(fixture.table.switches(0), 1);
});

test("ready() queues a request that was finished once, as any other", async () => {
  const fixture = new Fixture();
  const gone = fixture.start("gone");
  fixture.finish(gone);
  for (let time = 0; time < 2; time++) {
    fixture.scheduler.ready(gone);
    fixture.scheduler.ready(gone);
    await fixture.clock.settle();
  }
  assert.deepEqual(fixture.log.slice(1), ["gone resumes idle", "gone resumes idle"]);
});

test("sleep() and sending() of a finished request move no core", async () => {
  const fixture = new Fixture();
  const gone = fixture.start("gone");
  fixture.finish(gone);
  let woken = 0;
  fixture.scheduler.sleep(gone, 5, () => woken++);
  fixture.scheduler.sending(gone);
  assert.equal(fixture.table.state(0), "idle");
  fixture.start("next", (task) => fixture.scheduler.ready(task));
  fixture.clock.advance(10);
  await fixture.clock.settle();
  assert.deepEqual([woken, fixture.table.state(0)], [1, "waiting"]);
});

test("100 requests that always suspend are resumed in turn, and the poller has its turns", async () => {
  const fixture = new Fixture();
  const slices = new Uint32Array(100);
  const forever = (task: CoreTask) => {
    slices[task.core]++;
    fixture.clock.spend(0.125);
    fixture.scheduler.ready(task);
  };
  for (let count = 0; count < 100; count++) fixture.start("a", forever, ...new Array(200).fill(forever));
  slices.fill(0);
  for (let turn = 1; turn <= 100; turn++) {
    await new Promise((resolve) => setTimeout(resolve, 0));
    assert.equal(fixture.clock.waitingTurns, 1);
    assert.ok(Math.max(...slices) - Math.min(...slices) <= 1);
    fixture.clock.turn();
  }
  assert.equal(slices.reduce((sum, count) => sum + count, 0), 1600);
});

test("hold() is refused at first, and after a long slice", async () => {
  const fixture = new Fixture();
  const { scheduler } = fixture;
  const held: boolean[] = [];
  fixture.start("a", (task) => {
    held.push(scheduler.hold(task));
    scheduler.ready(task);
  }, (task) => {
    fixture.clock.spend(50);
    scheduler.ready(task);
  }, (task) => void held.push(scheduler.hold(task)));
  await fixture.clock.settle();
  assert.deepEqual(held, [false, false]);
});

test("hold() among short slices: what waits for more is flushed once, before the sockets have a turn", async () => {
  const fixture = new Fixture();
  const { scheduler } = fixture;
  const log: string[] = [];
  let slices = 0;
  const slice: Slice = (task) => {
    if (++slices > 64) log.push(`${scheduler.hold(task)}`);
    if (slices < 67) scheduler.ready(task);
  };
  const task = fixture.start("a", slice, ...Array.from({ length: 70 }, () => slice));
  Object.assign(task, { request: { reply: { flush: () => void log.push("flush") } } });
  await fixture.clock.settle();
  assert.deepEqual(log, ["false", "true", "true", "flush"]);
});
