import assert from "node:assert/strict";
import { test } from "node:test";
import type { App, YieldEnv } from "../../../src/contract/app.ts";
import type { ReadTarget, Woken } from "../../../src/contract/waiting.ts";
import { BrokenError, HarakiriError, UnsupportedError } from "../../../src/errors.ts";
import { createAsyncEngine } from "../../../src/suspend/async.ts";
import { asyncSleep, sleep, suspend, waitRead, waitWrite } from "../../../src/suspend/calls.ts";
import { createGeneratorEngine } from "../../../src/suspend/generator.ts";
import { OpenTarget } from "../../support/open_target.ts";
import { createScene } from "../../support/scene.ts";
import { thrownLater } from "../../support/thrown_later.ts";

function app(handler: () => Promise<unknown>): App {
  return {
    kind: "fetch",
    async fetch() {
      await handler();
      return new Response("done");
    },
  };
}

function chunks(application: () => Iterable<string> | AsyncIterable<string>): App {
  return { kind: "yield", application };
}

const outcome = ({ outcome, target, side, error }: Woken) => [outcome, target, side, error];

test("waitRead() and waitWrite() register: the first target that is ready wakes, the others are called off", async () => {
  const { run, settle, clock, table } = createScene(createAsyncEngine);
  const [one, two, three] = [new OpenTarget(), new OpenTarget(), new OpenTarget()];
  const seen: Woken[] = [];
  const request = run(
    "a",
    app(async () => {
      waitRead(one, { timeoutMs: 5000 });
      waitRead(two);
      waitWrite(three, { timeoutMs: 9000 });
      assert.equal(one.watching, 0, "registering is not waiting");
      seen.push(await suspend());
    }),
  );
  await settle();
  assert.deepEqual([request.outcome, table.state(request.core)], ["running", "waiting"]);
  assert.deepEqual([one.watching, two.watching, three.watching], [1, 1, 1]);
  three.readable();
  await settle();
  assert.equal(request.outcome, "running", "it waits for room there");
  three.writable();
  await settle();
  assert.deepEqual(seen.map(outcome), [["ready", three, "write", undefined]]);
  assert.equal(request.outcome, "answered");
  assert.deepEqual([one.watching, two.watching, three.watching], [0, 0, 0]);
  assert.equal(clock.armed, 0);
  assert.equal(table.row(request.core).totalSwitches, 1);
});

test("waitRead() with a timeout: never early, on time to the millisecond, and the shortest one clears the rest", async () => {
  const { run, settle, clock } = createScene(createAsyncEngine);
  const [one, two] = [new OpenTarget(), new OpenTarget()];
  const seen: Woken[] = [];
  run(
    "a",
    app(async () => {
      waitRead(one, { timeoutMs: 2000 });
      waitRead(two, { timeoutMs: 150 });
      seen.push(await suspend());
    }),
  );
  await settle();
  clock.advance(149);
  await settle();
  assert.equal(seen.length, 0);
  clock.advance(2);
  await settle();
  assert.deepEqual(seen.map(outcome), [["timedOut", two, "read", undefined]]);
  assert.deepEqual([one.watching, two.watching, clock.armed], [0, 0, 0]);
});

test("waitRead() of a timeout counts from the suspend on", async () => {
  const { run, settle, clock } = createScene(createAsyncEngine);
  const seen: Woken[] = [];
  run(
    "a",
    app(async () => {
      waitRead(new OpenTarget(), { timeoutMs: 100 });
      clock.spend(5000);
      seen.push(await suspend());
    }),
  );
  await settle();
  assert.equal(seen.length, 0);
  clock.advance(101);
  await settle();
  assert.equal(seen[0]?.outcome, "timedOut");
});

test("suspend() with nothing registered, also after a wait: resumed", async () => {
  const { run, settle } = createScene(createAsyncEngine);
  const target = new OpenTarget();
  target.stayReady();
  const seen: Woken[] = [];
  run(
    "a",
    app(async () => {
      seen.push(await suspend());
      waitRead(target);
      seen.push(await suspend(), await suspend());
    }),
  );
  await settle();
  assert.deepEqual(seen.map(({ outcome }) => outcome), ["resumed", "ready", "resumed"]);
  assert.equal(target.watching, 0);
});

test("suspend() on a target that is ready gives way all the same, and of several the first registered wins", async () => {
  const { run, settle } = createScene(createAsyncEngine);
  const [one, two] = [new OpenTarget(), new OpenTarget()];
  one.stayReady();
  two.stayReady();
  const log: unknown[] = [];
  run(
    "a",
    app(async () => {
      waitRead(two);
      waitRead(one);
      log.push((await suspend()).target === two);
    }),
  );
  run("b", app(() => Promise.resolve(log.push("b"))));
  await settle();
  assert.deepEqual(log, ["b", true]);
  assert.deepEqual([one.watching, two.watching], [0, 0]);
});

test("waitRead() of a target that breaks under two waiters wakes both with its error", async () => {
  const { run, settle, clock } = createScene(createAsyncEngine);
  const target = new OpenTarget();
  const seen: Woken[] = [];
  const waiting = app(async () => {
    waitRead(target, { timeoutMs: 1000 });
    seen.push(await suspend());
  });
  run("a", waiting);
  run("b", waiting);
  await settle();
  const error = new BrokenError("reset");
  target.break(error);
  await settle();
  assert.deepEqual(seen.map(outcome), [["failed", target, "read", error], ["failed", target, "read", error]]);
  assert.equal(clock.armed, 0);
});

test("waitRead() of one target by many cores wakes all of them, in order", async () => {
  const { run, settle } = createScene(createAsyncEngine);
  const target = new OpenTarget();
  const log: string[] = [];
  for (const name of ["a", "b", "c"]) {
    run(
      name,
      app(async () => {
        waitRead(target);
        await suspend();
        log.push(name);
      }),
    );
  }
  await settle();
  assert.equal(target.watching, 3);
  target.readable();
  await settle();
  assert.deepEqual(log, ["a", "b", "c"]);
});

test("waitRead() twice of one target: the second takes the place of the first", async () => {
  const { run, settle, clock } = createScene(createAsyncEngine);
  const target = new OpenTarget();
  const seen: Woken[] = [];
  run(
    "a",
    app(async () => {
      waitRead(target, { timeoutMs: 10 });
      waitRead(target, { timeoutMs: 1000 });
      seen.push(await suspend());
    }),
  );
  await settle();
  assert.equal(target.watching, 1);
  clock.advance(20);
  await settle();
  assert.equal(seen.length, 0);
  clock.advance(1000);
  await settle();
  assert.equal(seen[0]?.outcome, "timedOut");
});

test("waitRead() that is registered and not suspended on holds nothing", async () => {
  const { run, settle, clock } = createScene(createAsyncEngine);
  const target = new OpenTarget();
  const request = run("a", app(() => Promise.resolve(waitRead(target, { timeoutMs: 1000 }))));
  await settle();
  assert.deepEqual([request.outcome, target.watching, clock.armed], ["answered", 0, 0]);
});

test("waitRead() in branches that run at once: each is woken by its own", async () => {
  const { run, settle } = createScene(createAsyncEngine);
  const targets = [new OpenTarget(), new OpenTarget()];
  const log: number[] = [];
  const branch = async (index: number) => {
    waitRead(targets[index]!);
    const { target } = await suspend();
    log.push(targets.indexOf(target as OpenTarget));
  };
  const request = run("a", app(() => Promise.all([branch(0), branch(1)])));
  await settle();
  targets[1]!.readable();
  await settle();
  assert.deepEqual(log, [1]);
  targets[0]!.readable();
  await settle();
  assert.deepEqual([log, request.outcome], [[1, 0], "answered"]);
});

test("a wait that a harakiri ends lets go of its targets and timers", async () => {
  const { run, settle, engine, clock } = createScene(createAsyncEngine);
  const target = new OpenTarget();
  const seen: unknown[] = [];
  const request = run(
    "a",
    app(async () => {
      waitRead(target, { timeoutMs: 1000 });
      await suspend().catch((error: unknown) => seen.push(error));
    }),
  );
  await settle();
  const reason = new HarakiriError("past its deadline");
  engine.kill(request.task, reason);
  await settle();
  assert.deepEqual([seen, target.watching, clock.armed], [[reason], 0, 0]);
});

test("waitRead(), waitWrite(), suspend(), asyncSleep() outside of a request say so", () => {
  const target = new OpenTarget();
  for (const call of [() => waitRead(target), () => waitWrite(target), suspend, () => asyncSleep(1)]) {
    assert.throws(
      call,
      (error) => error instanceof TypeError && /: no request is being served here; call it from a handler/.test(error.message),
    );
  }
});

test("waitRead() of an app's own target that throws: it has failed, and the others are called off", async () => {
  const { run, settle, clock } = createScene(createAsyncEngine);
  const other = new OpenTarget();
  const error = new Error("as told");
  const target: ReadTarget = {
    watchRead() {
      throw error;
    },
    unwatch() {},
  };
  const seen: Woken[] = [];
  run(
    "a",
    app(async () => {
      waitRead(other);
      waitRead(target, { timeoutMs: 100 });
      seen.push(await suspend());
    }),
  );
  await settle();
  assert.deepEqual(seen.map(outcome), [["failed", target, "read", error]]);
  assert.deepEqual([other.watching, clock.armed], [0, 0]);
});

test("waitRead() of what cannot be waited for", async () => {
  const { run, settle } = createScene(createAsyncEngine);
  const read = waitRead as (target: unknown, limit?: { timeoutMs: number }) => void;
  const request = run(
    "a",
    app(() => {
      assert.throws(
        () => read(7),
        (error) => error instanceof UnsupportedError && /wait for "await adoptFd\(7\)" in its place$/.test(error.message),
      );
      assert.throws(() => (waitWrite as (target: unknown) => void)(7), UnsupportedError);
      for (const target of [null, undefined, "7", {}, new ReadableStream()]) assert.throws(() => read(target), TypeError);
      const readable: ReadTarget = { watchRead() {}, unwatch() {} };
      assert.throws(() => (waitWrite as (target: unknown) => void)(readable), /^TypeError: waitWrite\(\): the target is /);
      for (const timeoutMs of [-1, NaN, 2 ** 31, Infinity]) assert.throws(() => read(readable, { timeoutMs }), RangeError);
      return Promise.resolve();
    }),
  );
  await settle();
  assert.equal(request.error, null);
  assert.equal(request.outcome, "answered");
});

test("a yield of a plain generator waits for what was registered, and gives what woke it", async () => {
  const { run, settle, clock, table } = createScene(createGeneratorEngine);
  const [one, two] = [new OpenTarget(), new OpenTarget()];
  const seen: Woken[] = [];
  const request = run(
    "a",
    chunks(function* (): Generator<string, void, Woken> {
      waitRead(one, { timeoutMs: 300 });
      waitRead(two);
      seen.push(yield "first");
      waitRead(two, { timeoutMs: 300 });
      seen.push(yield "");
      seen.push(yield "");
    }),
  );
  await settle();
  assert.deepEqual([seen.length, one.watching, two.watching, table.state(request.core)], [0, 1, 1, "waiting"]);
  two.readable();
  await settle();
  assert.equal(seen.length, 1);
  clock.advance(301);
  await settle();
  assert.deepEqual(seen.map(outcome), [["ready", two, "read", undefined], ["timedOut", two, "read", undefined], [
    "resumed",
    null,
    null,
    undefined,
  ]]);
  assert.deepEqual([request.outcome, one.watching, two.watching, clock.armed], ["answered", 0, 0, 0]);
});

test("x-wsgiorg.fdevent.readable and .writable of a yield app's env: seconds, and what came of them in env", async () => {
  type WaitCall = (target: unknown, seconds?: number) => string;
  const { run, settle, clock } = createScene(createGeneratorEngine);
  const [one, two] = [new OpenTarget(), new OpenTarget()];
  const seen: unknown[][] = [];
  const application = function* (env: YieldEnv): Generator<string> {
    const note = () => seen.push([env["x-wsgiorg.fdevent.timeout"], env["uwsgi.ready_fd"], env["uwsgi.core"]]);
    const readable = env["x-wsgiorg.fdevent.readable"] as WaitCall;
    const writable = env["x-wsgiorg.fdevent.writable"] as WaitCall;
    note();
    yield readable(one, 1.5);
    note();
    readable(one, 1.5);
    yield writable(two);
    note();
    for (const call of [readable, writable]) {
      assert.throws(() => call(7), /^UnsupportedError: x-wsgiorg\.fdevent\.\w+\(7\): .* "await adoptFd\(7\)"/);
    }
  };
  const request = run("a", { kind: "yield", application });
  await settle();
  clock.advance(1499);
  await settle();
  assert.equal(seen.length, 1);
  clock.advance(2);
  await settle();
  two.writable();
  await settle();
  const { core } = request;
  assert.deepEqual([seen, request.outcome, request.error], [[[null, null, core], [true, null, core], [null, two, core]], "answered", null]);
});

test("a yield of an async generator waits as a plain one's does, and suspend() in it too", async () => {
  const { run, settle } = createScene(createGeneratorEngine);
  const target = new OpenTarget();
  const seen: Woken[] = [];
  const request = run(
    "a",
    chunks(async function* (): AsyncGenerator<string, void, Woken> {
      waitRead(target);
      seen.push(await suspend());
      waitRead(target);
      seen.push(yield "x");
    }),
  );
  for (let count = 0; count < 2; count++) {
    await settle();
    assert.equal(seen.length, count);
    target.readable();
  }
  await settle();
  assert.deepEqual([seen.map(({ outcome }) => outcome), request.outcome, target.watching], [["ready", "ready"], "answered", 0]);
});

/** A client that took its bytes sooner than the sleep was over cut the sleep short. */
test("a yield app's sleep is not cut short by a client that takes bytes again, nor its wait for the client by the sleep", async () => {
  const { run, settle, clock } = createScene(createGeneratorEngine);
  const request = run(
    "a",
    chunks(function* () {
      yield "first";
      void sleep(500);
      yield "chunk";
      void sleep(500);
      yield "rested";
      yield "last";
    }),
  );
  request.reply.room = false;
  await settle();
  request.reply.drain();
  await settle();
  assert.deepEqual(request.chunks, ["first", "chunk"]);
  clock.advance(501);
  await settle();
  clock.advance(501);
  await settle();
  assert.deepEqual(request.chunks, ["first", "chunk", "rested"]);
  request.reply.drain();
  await settle();
  assert.deepEqual(request.chunks, ["first", "chunk", "rested", "last"]);
});

test("asyncSleep() counts fractions of a second, and is never early", async () => {
  const { run, settle, clock } = createScene(createAsyncEngine);
  const request = run("a", app(() => asyncSleep(0.25)));
  await settle();
  clock.advance(249);
  await settle();
  assert.equal(request.outcome, "running");
  clock.advance(2);
  await settle();
  assert.equal(request.outcome, "answered");
  for (const seconds of [-1, NaN, 2_147_484]) assert.throws(() => asyncSleep(seconds), RangeError);
});

test("waitRead() refuses a target that cannot be unwatched", async () => {
  const { run, settle } = createScene(createAsyncEngine);
  const request = run("a", app(() => Promise.resolve(waitRead({ watchRead: () => {} } as unknown as ReadTarget))));
  await settle();
  assert.ok(request.error instanceof TypeError);
});

test("suspend(): what a target throws in unwatch() reaches the runtime, and keeps nobody", async () => {
  const { run, settle } = createScene(createAsyncEngine);
  const other = new OpenTarget();
  const target: ReadTarget = {
    watchRead: (watcher) => void setTimeout(() => watcher.ready(), 0),
    unwatch: () => {
      throw new Error("cannot forget");
    },
  };
  const request = run(
    "a",
    app(async () => {
      waitRead(target);
      waitRead(other);
      assert.equal((await suspend()).outcome, "ready");
    }),
  );
  const thrown = await thrownLater(settle);
  assert.deepEqual([request.outcome, other.watching, thrown.map(String)], ["answered", 0, ["Error: cannot forget"]]);
});
