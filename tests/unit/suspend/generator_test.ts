import assert from "node:assert/strict";
import { test } from "node:test";
import type { App, StartResponse, YieldChunk, YieldEnv, YieldHandler } from "../../../src/contract/app.ts";
import { core, sleep, suspend } from "../../../src/suspend/calls.ts";
import { createGeneratorEngine } from "../../../src/suspend/generator.ts";
import { engineSuite } from "../../conformance/engine_suite.ts";
import { createScene } from "../../support/scene.ts";

type Slices = (name: string) => Iterable<YieldChunk> | AsyncIterable<YieldChunk>;

const nameOf = (env: YieldEnv) => String(env.PATH_INFO).slice(1);

function app(slices: Slices): App {
  const application = (env: YieldEnv, startResponse: StartResponse) => {
    startResponse("200 OK", []);
    return slices(nameOf(env));
  };
  return { kind: "yield", application };
}

engineSuite({
  name: "generator engine, generators",
  create: createGeneratorEngine,
  stepping: (log, steps) =>
    app(function* (name) {
      for (let step = 1; step <= steps; step++) {
        log.push(`${name}:${step}`);
        yield "chunk";
      }
    }),
  sleeping: (log, ms) =>
    app(function* (name) {
      log.push(`${name}:before`);
      void sleep(ms);
      yield "";
      log.push(`${name}:after`);
    }),
  failing: () =>
    app(function* () {
      yield "chunk";
      throw new Error("as told");
    }),
  endless: (log) =>
    app(function* () {
      for (;;) {
        log.push("e");
        yield "";
      }
    }),
});

engineSuite({
  name: "generator engine, async generators",
  create: createGeneratorEngine,
  stepping: (log, steps) =>
    app(async function* (name) {
      for (let step = 1; step <= steps; step++) {
        log.push(`${name}:${step}`);
        yield "chunk";
      }
    }),
  sleeping: (log, ms) =>
    app(async function* (name) {
      log.push(`${name}:before`);
      await sleep(ms);
      log.push(`${name}:after`);
      yield "chunk";
    }),
  failing: () =>
    app(async function* () {
      await suspend();
      yield "chunk";
      throw new Error("as told");
    }),
  endless: (log) =>
    app(async function* () {
      for (;;) {
        log.push("e");
        await suspend();
        yield "";
      }
    }),
});

function thrown(error: Error): never {
  throw error;
}

test("yield: an empty chunk is a switch that sends nothing", async () => {
  const { run, settle, table } = createScene(createGeneratorEngine);
  const request = run(
    "a",
    app(function* () {
      yield "a";
      yield "";
      yield "b";
    }),
  );
  await settle();
  assert.deepEqual(request.chunks, ["a", "b"]);
  assert.equal(table.row(request.core).totalSwitches, 3);
});

test("yield: several sleeps asked for, the first that is due wakes the core", async () => {
  const { run, settle, clock } = createScene(createGeneratorEngine);
  const request = run(
    "a",
    app(function* () {
      void sleep(5000);
      void sleep(100);
      yield "";
      yield "woken";
      yield "again";
    }),
  );
  clock.advance(101);
  await settle();
  assert.deepEqual(request.chunks, ["woken", "again"]);
  assert.equal(request.outcome, "answered");
});

test("yield: a client that takes nothing holds up its own request only", async () => {
  const log: string[] = [];
  const slices: Slices = function* (name) {
    for (let step = 1; step <= 3; step++) {
      log.push(`${name}:${step}`);
      yield "chunk";
    }
  };
  const { run, settle, table } = createScene(createGeneratorEngine);
  const slow = run("s", { kind: "yield", application: (env, start) => (start("200 OK", []), slices(nameOf(env))) });
  slow.reply.room = false;
  run("a", app(slices));
  await settle();
  assert.deepEqual(log, ["s:1", "a:1", "s:2", "a:2", "a:3"]);
  assert.equal(table.state(slow.core), "sending");
  slow.reply.room = true;
  slow.reply.drain();
  await settle();
  assert.deepEqual(log.slice(5), ["s:3"]);
  assert.equal(slow.outcome, "answered");
});

test("yield: a client that has gone closes the generator, whose finally runs", async () => {
  const log: string[] = [];
  const { run, settle, turn } = createScene(createGeneratorEngine);
  const request = run(
    "a",
    app(function* () {
      try {
        for (;;) yield "chunk";
      } finally {
        log.push(`finally, on core ${core()}`);
      }
    }),
  );
  await turn();
  request.reply.closed = true;
  await settle();
  assert.deepEqual(log, ["finally, on core 0"]);
});

test("yield: what a finally throws is told, once, and the request ends", async () => {
  const late = new Error("in finally");
  const endless = function* () {
    try {
      for (;;) yield "chunk";
    } finally {
      // deno-lint-ignore no-unsafe-finally -- an app may.
      throw late;
    }
  };
  const asynchronous = async function* () {
    yield* endless();
  };
  const failing = { [Symbol.iterator]: () => ({ next: () => thrown(late), return: () => thrown(late) }) };
  const { run, settle, turn } = createScene(createGeneratorEngine);
  const start = (value: unknown) => run("a", { kind: "yield", application: (() => value) as YieldHandler });
  const gone = [start(endless()), start(asynchronous())];
  const failed = start(failing);
  await turn();
  for (const { reply } of gone) reply.closed = true;
  await settle();
  assert.deepEqual(gone.map(({ outcome, told }) => [outcome, told]), Array(2).fill(["answered", [late]]));
  assert.deepEqual([failed.outcome, failed.error, failed.told], ["failed", late, []]);
});

const bad: ReadonlyArray<readonly [string, unknown, RegExp]> = [
  ["a string", "text", /it returned a string/],
  ["null", null, /it returned null/],
  ["a Response", new Response("x"), /it returned a Response, which is not iterable/],
  ["a generator of numbers", [1], /yield a string or a Uint8Array/],
];

for (const [what, value, message] of bad) {
  test(`yield: an app that gives ${what} is told what is wanted`, async () => {
    const { run, settle } = createScene(createGeneratorEngine);
    const request = run("a", { kind: "yield", application: (() => value) as YieldHandler });
    await settle();
    assert.match(String(request.error), message);
  });
}

test("yield: a promise of an iterable, an array, and bytes are apps too", async () => {
  const { run, settle } = createScene(createGeneratorEngine);
  const start = (value: unknown) => run("a", { kind: "yield", application: (() => value) as YieldHandler });
  const bytes = new Uint8Array([1, 2]);
  const requests = [start(Promise.resolve(["x", "y"])), start(["z"]), start(bytes)];
  await settle();
  assert.deepEqual(requests.map((request) => request.chunks), [["x", "y"], ["z"], [bytes]]);
});
