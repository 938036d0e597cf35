import { test } from "node:test";
import assert from "node:assert/strict";
import fc from "fast-check";
import type { CoreTask } from "../../../src/contract/engine.ts";
import { currentCore, enterCore } from "../../../src/core/current.ts";
import { RunQueue } from "../../../src/core/run_queue.ts";
import { FakeClock } from "../../support/fake_clock.ts";
import { thrownLater } from "./thrown_later.ts";

/** Runs all microtasks, but no turn of the event loop: what a poller that is never let in sees. */
function microtasks(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

test("push() runs nothing by itself", async () => {
  const log: string[] = [];
  const queue = new RunQueue<string>(new FakeClock(), 2, { run: (item) => void log.push(item), ran: () => {} });
  await microtasks();
  queue.push("a");
  assert.deepEqual([log, queue.size], [[], 1]);
  await microtasks();
  assert.deepEqual([log, queue.size], [["a"], 0]);
});

test("run() is called in the order of push(), one slice each and pass", async () => {
  const log: string[] = [];
  const queue = new RunQueue<string>(new FakeClock(), 2, {
    run: (item) => void log.push(item),
    ran: (item) => {
      if (log.length <= 6) queue.push(item);
    },
  });
  for (const item of ["a", "b", "c"]) queue.push(item);
  await microtasks();
  assert.equal(log.join(""), "abcabcabc");
});

test("ran() comes when the slice of an async function has run up to its await", async () => {
  const log: string[] = [];
  const queue = new RunQueue<() => void>(new FakeClock(), 2, { run: (resolve) => resolve(), ran: () => void log.push("ran") });
  const app = async (name: string) => {
    for (let slice = 1; slice <= 2; slice++) {
      await new Promise<void>((resolve) => queue.push(resolve));
      log.push(`${name}${slice}`);
    }
  };
  app("a");
  app("b");
  await microtasks();
  assert.equal(log.join(" "), "a1 ran b1 ran a2 ran b2 ran");
});

test("no slice starts past sliceMs before the poller had its turn", async () => {
  const clock = new FakeClock();
  let slices = 0;
  const queue = new RunQueue<number>(clock, 2, {
    run: () => {
      slices++;
      clock.spend(0.5);
    },
    ran: (item) => queue.push(item),
  });
  for (let item = 0; item < 3; item++) queue.push(item);
  for (let turn = 1; turn <= 5; turn++) {
    await microtasks();
    assert.equal(slices, 4 * turn);
    assert.equal(clock.waitingTurns, 1);
    clock.turn();
  }
});

test("one long slice is followed by a turn", async () => {
  const clock = new FakeClock();
  const log: string[] = [];
  const queue = new RunQueue<string>(clock, 2, {
    run: (item) => {
      log.push(item);
      clock.spend(50);
    },
    ran: () => {},
  });
  queue.push("a");
  queue.push("b");
  await microtasks();
  assert.deepEqual(log, ["a"]);
  await clock.settle();
  assert.deepEqual(log, ["a", "b"]);
});

test("a sliceMs of 0 is a turn after each slice", async () => {
  const clock = new FakeClock();
  let slices = 0;
  const queue = new RunQueue<number>(clock, 0, { run: () => void slices++, ran: (item) => queue.push(item) });
  queue.push(0);
  queue.push(1);
  for (let turn = 1; turn <= 4; turn++) {
    await microtasks();
    assert.equal(slices, turn);
    clock.turn();
  }
});

test("1,000 items that are always ready get the same share, and every turn comes", { timeout: 20_000 }, async () => {
  const clock = new FakeClock();
  const slices = new Uint32Array(1000);
  const queue = new RunQueue<number>(clock, 2, {
    run: (item) => {
      slices[item]++;
      clock.spend(0.01);
    },
    ran: (item) => queue.push(item),
  });
  for (let item = 0; item < 1000; item++) queue.push(item);
  for (let turn = 1; turn <= 30; turn++) {
    await microtasks();
    const total = slices.reduce((sum, count) => sum + count, 0);
    assert.ok(total >= 199 * turn && total <= 201 * turn, `${total} slices in ${turn} turns of 200`);
    assert.ok(Math.max(...slices) - Math.min(...slices) <= 1);
    clock.turn();
  }
  assert.equal(Math.min(...slices), 6);
});

/**
 * An item that suspends a few awaits deep is pushed again only after the queue has run empty. A queue that counted its time anew each
 * time it woke would then run in microtasks for ever, and the network would never be looked at.
 */
test("a queue that empties and fills again without a turn still lets the poller in", async () => {
  const clock = new FakeClock();
  let slices = 0;
  const queue = new RunQueue<number>(clock, 2, {
    run: (item) => {
      slices++;
      clock.spend(0.5);
      if (slices < 1000) void deep().then(() => queue.push(item));
    },
    ran: () => {},
  });
  queue.push(0);
  for (let turn = 1; turn <= 5; turn++) {
    await microtasks();
    assert.equal(slices, 4 * turn);
    clock.turn();
  }
});

async function deep(depth = 6): Promise<void> {
  if (depth > 0) await deep(depth - 1);
  else await null;
}

test("what is pushed after a turn runs without waiting for another", async () => {
  const clock = new FakeClock();
  const log: string[] = [];
  const queue = new RunQueue<string>(clock, 2, { run: (item) => void log.push(item), ran: () => {} });
  for (const item of ["a", "b", "c"]) {
    queue.push(item);
    await microtasks();
    assert.equal(log.at(-1), item);
    clock.advance(100);
  }
  assert.equal(clock.waitingTurns, 0);
});

test("an idle queue asks for one turn at most", async () => {
  const clock = new FakeClock();
  const queue = new RunQueue<number>(clock, 2, { run: () => {}, ran: () => {} });
  await microtasks();
  assert.equal(clock.waitingTurns, 0);
  for (let item = 0; item < 5; item++) {
    queue.push(item);
    await microtasks();
  }
  assert.equal(clock.waitingTurns, 1);
  await clock.settle();
  assert.equal(clock.waitingTurns, 0);
});

test("slices run outside of the request that pushed", async () => {
  const clock = new FakeClock();
  const seen: (CoreTask | null)[] = [];
  const queue = new RunQueue<number>(clock, 2, { run: () => void seen.push(currentCore()), ran: () => void seen.push(currentCore()) });
  enterCore({ core: 1 } as CoreTask, () => queue.push(1), 0);
  await clock.settle();
  enterCore({ core: 2 } as CoreTask, () => queue.push(2), 0);
  await clock.settle();
  assert.deepEqual(seen, [null, null, null, null]);
});

test("a runner that throws stops no other item", async () => {
  const log: string[] = [];
  const errors = await thrownLater(async () => {
    const queue = new RunQueue<string>(new FakeClock(), 2, {
      run: (item) => {
        log.push(`run ${item}`);
        if (item === "a") throw new Error("run");
      },
      ran: (item) => {
        log.push(`ran ${item}`);
        if (item === "b") throw new Error("ran");
      },
    });
    for (const item of ["a", "b", "c"]) queue.push(item);
    await microtasks();
  });
  assert.deepEqual(errors.map(String), ["Error: run", "Error: ran"]);
  assert.deepEqual(log, ["run a", "ran a", "run b", "ran b", "run c", "ran c"]);
});

test("RunQueue keeps the order whatever is pushed when, past every size of its ring", { timeout: 20_000 }, async () => {
  const bursts = fc.array(fc.integer({ min: 0, max: 150 }), { maxLength: 8, size: "max" });
  await fc.assert(
    fc.asyncProperty(bursts, fc.array(fc.nat({ max: 3 }), { maxLength: 200, size: "max" }), async (bursts, more) => {
      const ran: number[] = [];
      let next = 0;
      const queue = new RunQueue<number>(new FakeClock(), 2, {
        run: (item) => void ran.push(item),
        ran: () => {
          for (let count = more.pop() ?? 0; count > 0; count--) queue.push(next++);
        },
      });
      for (const burst of bursts) {
        for (let count = 0; count < burst; count++) queue.push(next++);
        for (let microtask = 0; microtask < 40; microtask++) await null;
        assert.equal(queue.size, next - ran.length);
      }
      await microtasks();
      assert.deepEqual(ran, Array.from({ length: next }, (_, index) => index));
    }),
    { numRuns: 50 },
  );
});

test("brisk after 64 slices in a row of which none took more than 1 ms", async () => {
  const clock = new FakeClock();
  let spent = 0;
  const queue = new RunQueue<number>(clock, 1000, { run: () => clock.spend(spent), ran: () => {} });
  const slices = async (count: number, ms: number) => {
    spent = ms;
    for (let item = 0; item < count; item++) queue.push(item);
    await clock.settle();
  };
  await slices(63, 0.5);
  assert.equal(queue.brisk, false);
  await slices(1, 0.5);
  assert.equal(queue.brisk, true);
  await slices(1, 5);
  assert.equal(queue.brisk, false);
  await slices(64, 0.5);
  assert.equal(queue.brisk, true);
});

test("rest() is called when the queue runs empty, and before the poller's turn", async () => {
  const clock = new FakeClock();
  const log: string[] = [];
  const queue = new RunQueue<string>(clock, 2, {
    run: (item) => {
      log.push(item);
      clock.spend(1.5);
    },
    ran: () => {},
    rest: () => void log.push("rest"),
  });
  for (const item of ["a", "b", "c"]) queue.push(item);
  await microtasks();
  assert.equal(log.join(" "), "a b rest");
  await clock.settle();
  assert.equal(log.join(" "), "a b rest c rest");
});
