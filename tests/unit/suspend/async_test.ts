import assert from "node:assert/strict";
import { test } from "node:test";
import type { App } from "../../../src/contract/app.ts";
import { HarakiriError } from "../../../src/errors.ts";
import { createAsyncEngine } from "../../../src/suspend/async.ts";
import { core, sleep, suspend } from "../../../src/suspend/calls.ts";
import { engineSuite } from "../../conformance/engine_suite.ts";
import { createScene } from "../../support/scene.ts";

const nameOf = (request: Request) => new URL(request.url).pathname.slice(1);

function app(handler: (name: string) => Promise<void>): App {
  return {
    kind: "fetch",
    async fetch(request) {
      await handler(nameOf(request));
      return new Response("done");
    },
  };
}

engineSuite({
  name: "async engine",
  create: createAsyncEngine,
  stepping: (log, steps) =>
    app(async (name) => {
      for (let step = 1; step <= steps; step++) {
        log.push(`${name}:${step}`);
        await suspend();
      }
    }),
  sleeping: (log, ms) =>
    app(async (name) => {
      log.push(`${name}:before`);
      await sleep(ms);
      log.push(`${name}:after`);
    }),
  failing: () =>
    app(async () => {
      await suspend();
      throw new Error("as told");
    }),
  endless: (log) =>
    app(async () => {
      for (;;) {
        log.push("e");
        await suspend();
      }
    }),
});

test("suspend() finds its core from any depth of calls", async () => {
  const seen: number[] = [];
  const deep = async (depth: number): Promise<void> => {
    if (depth > 0) return await deep(depth - 1);
    await Promise.resolve();
    await suspend();
    seen.push(core());
  };
  const { run, settle } = createScene(createAsyncEngine);
  const requests = [run("a", app(() => deep(20))), run("b", app(() => deep(3)))];
  await settle();
  assert.deepEqual(seen.sort(), requests.map((request) => request.core));
});

test("sleep() in several branches at once: each ends at its own time", async () => {
  const log: string[] = [];
  const { run, settle, clock } = createScene(createAsyncEngine);
  const branch = async (ms: number) => {
    await sleep(ms);
    log.push(String(ms));
  };
  const request = run("a", app(async () => void await Promise.all([branch(300), branch(100), branch(200)])));
  for (let step = 0; step < 3; step++) {
    clock.advance(101);
    await settle();
    assert.equal(log.length, step + 1);
  }
  assert.deepEqual(log, ["100", "200", "300"]);
  assert.equal(request.outcome, "answered");
});

test("sleep() that outlives the answer ends all the same, without a core", async () => {
  const log: string[] = [];
  const { run, settle, clock } = createScene(createAsyncEngine);
  const background = async () => {
    await sleep(50);
    log.push("slept");
    await suspend();
    log.push("suspended");
  };
  run("a", { kind: "fetch", fetch: () => (void background(), new Response("at once")) });
  await settle();
  clock.advance(51);
  await settle();
  assert.deepEqual(log, ["slept", "suspended"]);
});

test("kill() rejects what waits with the reason, so that the handler unwinds", async () => {
  const reasons: unknown[] = [];
  const { run, settle, engine } = createScene(createAsyncEngine);
  const request = run(
    "a",
    app(async () => {
      try {
        await sleep(1000);
      } catch (error) {
        reasons.push(error);
      }
    }),
  );
  await settle();
  const reason = new HarakiriError("past its deadline");
  engine.kill(request.task, reason);
  await settle();
  assert.equal(reasons[0], reason);
});

test("suspend(), sleep() and core() outside of a request say so", () => {
  for (const call of [suspend, () => sleep(1), core]) {
    assert.throws(call, { name: "TypeError", message: /no request is being served here/ });
  }
});

test("sleep() refuses what is no number of milliseconds", () => {
  for (const ms of [-1, NaN, Infinity, 2 ** 31]) assert.throws(() => sleep(ms), RangeError);
});
