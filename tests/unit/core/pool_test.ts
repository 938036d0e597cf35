import { test } from "node:test";
import assert from "node:assert/strict";
import { CorePool, WaitingPlace } from "../../../src/core/pool.ts";
import { type CoreTable, createCoreTable } from "../../../src/core/table.ts";
import { FakeClock } from "../../support/fake_clock.ts";
import { thrownLater } from "./thrown_later.ts";

interface Fixture {
  readonly pool: CorePool;
  readonly table: CoreTable;
  readonly clock: FakeClock;
  /** Counts that the observer heard. */
  readonly reports: number[];
}

function fixture(cores: number, queue: number): Fixture {
  const table = createCoreTable(cores);
  const clock = new FakeClock();
  const reports: number[] = [];
  const pool = new CorePool(table, { queue, clock, observer: { queueFull: (stalled) => void reports.push(stalled) } });
  return { pool, table, clock, reports };
}

class Waiter {
  readonly place: WaitingPlace = new WaitingPlace(this);
  readonly granted: (core: number) => void;
  readonly proceed: () => void;

  constructor(granted: (core: number) => void, proceed: () => void = () => {}) {
    this.granted = granted;
    this.proceed = proceed;
  }
}

/** Waiters that note their grants and restarts by number. */
function notingWaiters(count: number): { waiters: Waiter[]; log: string[] } {
  const log: string[] = [];
  const note = (index: number) => new Waiter((core) => log.push(`${index} on ${core}`), () => log.push(`${index} proceeds`));
  return { waiters: Array.from({ length: count }, (_, index) => note(index)), log };
}

test("take() gives each core once, the lowest first, then -1", () => {
  const { pool, table } = fixture(3, 10);
  assert.deepEqual([pool.take(), pool.take(), pool.take(), pool.take()], [0, 1, 2, -1]);
  assert.equal(pool.busy, 3);
  assert.deepEqual([0, 1, 2].map((core) => table.state(core)), ["running", "running", "running"]);
});

test("take() gives the core that was released last", () => {
  const { pool, table } = fixture(3, 10);
  for (let count = 0; count < 3; count++) pool.take();
  pool.release(2);
  pool.release(0);
  pool.release(1);
  assert.equal(table.state(1), "idle");
  assert.equal(pool.busy, 0);
  assert.deepEqual([pool.take(), pool.take(), pool.take()], [1, 0, 2]);
});

test("release() throws for a core that nobody has", () => {
  const { pool } = fixture(2, 10);
  assert.throws(() => pool.release(0), /^Error: move core 0 by "release": it is idle/);
  assert.equal(pool.busy, 0);
  assert.deepEqual([pool.take(), pool.take(), pool.take()], [0, 1, -1]);
});

test("peakBusy keeps the most cores busy at once", () => {
  const { pool } = fixture(4, 10);
  assert.equal(pool.peakBusy, 0);
  pool.take();
  pool.take();
  pool.release(0);
  pool.take();
  assert.equal(pool.peakBusy, 2);
  pool.take();
  assert.equal(pool.peakBusy, 3);
});

test("release() gives the core to the first of the wait queue", () => {
  const { pool, table } = fixture(2, 10);
  const { waiters, log } = notingWaiters(3);
  pool.take();
  pool.take();
  for (const waiter of waiters) assert.equal(pool.enqueue(waiter), true);
  assert.equal(pool.queued, 3);
  pool.release(1);
  assert.deepEqual(log, ["0 on 1"]);
  pool.release(0);
  assert.deepEqual(log, ["0 on 1", "1 on 0"]);
  assert.deepEqual([table.state(0), table.state(1), pool.busy, pool.queued], ["running", "running", 2, 1]);
});

test("enqueue() refuses past the bound", () => {
  const { pool } = fixture(1, 2);
  const { waiters } = notingWaiters(3);
  pool.take();
  assert.equal(pool.full, false);
  assert.deepEqual(waiters.map((waiter) => pool.enqueue(waiter)), [true, true, false]);
  assert.equal(pool.full, true);
  assert.equal(pool.queued, 2);
});

test("full with a bound of 0 is that no core is free", () => {
  const { pool } = fixture(1, 0);
  assert.equal(pool.full, false);
  pool.take();
  assert.equal(pool.full, true);
  assert.equal(pool.enqueue(notingWaiters(1).waiters[0]), false);
  pool.release(0);
  assert.equal(pool.full, false);
});

test("take() within a grant does not overtake those who wait", () => {
  const { pool } = fixture(1, 10);
  const taken: number[] = [];
  const first = new Waiter((core) => {
    pool.release(core);
    taken.push(pool.take());
  });
  const { waiters: [second], log } = notingWaiters(1);
  pool.take();
  pool.enqueue(first);
  pool.enqueue(second);
  pool.release(0);
  assert.deepEqual(taken, [-1]);
  assert.deepEqual(log, ["0 on 0"]);
});

test("remove() of a queued waiter keeps the others' order", () => {
  const { pool } = fixture(1, 10);
  const { waiters, log } = notingWaiters(4);
  pool.take();
  for (const waiter of waiters) pool.enqueue(waiter);
  pool.remove(waiters[0]);
  pool.remove(waiters[2]);
  pool.remove(waiters[2]);
  assert.equal(pool.queued, 2);
  pool.release(0);
  pool.release(0);
  pool.release(0);
  assert.deepEqual(log, ["1 on 0", "3 on 0"]);
  assert.equal(pool.busy, 0);
});

test("proceed() comes to the stalled in order, one for each place", () => {
  const { pool } = fixture(1, 1);
  const log: string[] = [];
  const arrive = (name: string): Waiter => {
    const go = () => {
      const core = pool.take();
      if (core >= 0) waiter.granted(core);
      else if (!pool.enqueue(waiter)) pool.stall(waiter);
    };
    const waiter = new Waiter(() => log.push(`${name} runs`), () => {
      log.push(`${name} proceeds`);
      go();
    });
    go();
    return waiter;
  };
  for (const name of ["a", "b", "c", "d"]) arrive(name);
  assert.deepEqual([log, pool.queued, pool.stalled], [["a runs"], 1, 2]);
  pool.release(0);
  assert.deepEqual([log.splice(0), pool.queued, pool.stalled], [["a runs", "b runs", "c proceeds"], 1, 1]);
  pool.release(0);
  assert.deepEqual([log.splice(0), pool.queued, pool.stalled], [["c runs", "d proceeds"], 1, 0]);
  pool.release(0);
  pool.release(0);
  assert.deepEqual([log, pool.busy, pool.stalls], [["d runs"], 0, 2]);
});

test("proceed() goes on to the next when a waiter makes no use of the place", () => {
  const { pool } = fixture(1, 1);
  const { waiters: [queued, ...stalled], log } = notingWaiters(4);
  pool.take();
  pool.enqueue(queued);
  for (const waiter of stalled) pool.stall(waiter);
  pool.remove(stalled[1]);
  pool.release(0);
  assert.deepEqual(log, ["0 on 0", "1 proceeds", "3 proceeds"]);
  assert.equal(pool.stalled, 0);
});

test("remove() of a queued waiter lets a stalled one proceed", () => {
  const { pool } = fixture(1, 1);
  const { waiters: [queued, stalled], log } = notingWaiters(2);
  pool.take();
  pool.enqueue(queued);
  pool.stall(stalled);
  pool.remove(queued);
  assert.deepEqual(log, ["1 proceeds"]);
});

test("queueFull is observed at once, then at most once a second, with all that stalled since", () => {
  const { pool, clock, reports } = fixture(1, 0);
  const stallAndLeave = () => {
    const { waiters: [waiter] } = notingWaiters(1);
    pool.stall(waiter);
    pool.remove(waiter);
  };
  pool.take();
  stallAndLeave();
  assert.deepEqual(reports, [1]);
  for (let count = 0; count < 10; count++) {
    clock.advance(99);
    stallAndLeave();
  }
  assert.deepEqual(reports, [1]);
  clock.advance(10);
  stallAndLeave();
  assert.deepEqual(reports, [1, 11]);
  clock.advance(5000);
  stallAndLeave();
  assert.deepEqual(reports, [1, 11, 1]);
  assert.equal(pool.stalls, 13);
});

test("release() of requests answered at once does not recurse, and lets the poller have its turns", { timeout: 20_000 }, () => {
  const { pool, clock } = fixture(1, 100_000);
  let deepest = 0;
  let depth = 0;
  let served = 0;
  for (let count = 0; count < 100_000; count++) {
    const waiter = new Waiter((core) => {
      deepest = Math.max(deepest, ++depth);
      served++;
      pool.release(core);
      depth--;
    });
    if (count === 0) pool.take();
    pool.enqueue(waiter);
  }
  pool.release(0);
  let turns = 0;
  while (turns < 97) {
    assert.equal(served, 1024 * (turns + 1));
    assert.equal(clock.waitingTurns, 1);
    // Nobody overtakes meanwhile.
    assert.equal(pool.take(), -1);
    clock.turn();
    turns++;
  }
  assert.equal(deepest, 1);
  assert.deepEqual([served, pool.busy, pool.queued, clock.waitingTurns], [100_000, 0, 0, 0]);
  assert.equal(pool.take(), 0);
});

test("proceed() of connections answered at once does not recurse either", () => {
  const { pool, clock } = fixture(1, 0);
  let depth = 0;
  let served = 0;
  pool.take();
  for (let count = 0; count < 10_000; count++) {
    pool.stall(
      new Waiter(() => {}, () => {
        assert.equal(++depth, 1);
        const core = pool.take();
        served++;
        pool.release(core);
        depth--;
      }),
    );
  }
  pool.release(0);
  for (let turns = 0; turns < 10; turns++) clock.turn();
  assert.deepEqual([served, pool.busy, pool.stalled], [10_000, 0, 0]);
});

test("a waiter that throws stops no other", async () => {
  const { pool } = fixture(2, 2);
  const { waiters: [queued, stalled], log } = notingWaiters(2);
  const error = new Error("a bug");
  const throwing = new Waiter(() => {
    throw error;
  }, () => {
    throw error;
  });
  const alsoThrowing = new Waiter(throwing.granted, throwing.proceed);
  const errors = await thrownLater(() => {
    pool.take();
    pool.take();
    pool.enqueue(throwing);
    pool.enqueue(queued);
    pool.stall(alsoThrowing);
    pool.stall(stalled);
    pool.release(0);
    pool.release(1);
  });
  assert.deepEqual(errors, [error, error]);
  assert.deepEqual(log, ["1 proceeds", "0 on 1"]);
});
