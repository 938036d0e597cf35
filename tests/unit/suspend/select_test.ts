import assert from "node:assert/strict";
import { test } from "node:test";
import type { App } from "../../../src/contract/app.ts";
import type { Scheduler, SuspendEngine } from "../../../src/contract/engine.ts";
import type { Threads } from "../../../src/contract/app_threads.ts";
import { ConfigError } from "../../../src/errors.ts";
import { createMemoryEngine } from "../../../src/io/memory.ts";
import type { Platform } from "../../../src/io/select.ts";
import { FakeClock } from "../../support/fake_clock.ts";
import { findJspi } from "../../../src/suspend/wasm/jspi.ts";
import { coresOf, loadWorkers, misfits, selectEngine, type WorkerSettings } from "../../../src/suspend/select.ts";

const scheduler: Scheduler = {
  ready() {},
  sleep: () => ({ cancel() {} }),
  after: () => ({ cancel() {} }),
  hold: () => false,
  sending() {},
  switched() {},
};
const settings: WorkerSettings = { most: 1, env: null, sliceMs: 2, bodyMostBytes: 0, held() {}, tell() {} };
const moduleApp: App = { kind: "module", path: "/app.mjs", directory: "/" };
const threads: Threads = { processors: 3, start: () => assert.fail("no thread is needed yet") };
const platform: Platform = {
  runtime: { name: "node", version: "0.0.0" },
  engine: createMemoryEngine(),
  clock: new FakeClock(),
  env: {},
  threads: () => Promise.resolve(threads),
};

const clock = new FakeClock();

function select(app: App, name: string | null): Promise<SuspendEngine> {
  return selectEngine(app, name, scheduler, clock, null, settings);
}
const fetchApp: App = { kind: "fetch", fetch: () => new Response() };
const wasmApp: App = {
  kind: "wasm",
  program: { name: "a.wasm", module: new WebAssembly.Module(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0])), folders: [] },
};
const yieldApp: App = { kind: "yield", application: function* () {} };

test("selectEngine() chooses by the app", async () => {
  assert.equal((await select(fetchApp, null)).name, "async");
  assert.equal((await select(yieldApp, null)).name, "generator");
});

test("selectEngine() takes the name that fits, and refuses the others with the way out", async () => {
  assert.equal((await select(yieldApp, "generator")).name, "generator");
  await assert.rejects(select(fetchApp, "generator"), {
    name: "ConfigError",
    message: /leave --suspend out, or use async/,
  });
  await assert.rejects(select(wasmApp, "async"), {
    name: "ConfigError",
    message: /the async engine cannot run a wasm app: leave --suspend out, or use (wasm|worker)/,
  });
  await assert.rejects(select(yieldApp, "async"), {
    name: "ConfigError",
    message: /leave --suspend out, or use generator/,
  });
  for (const name of ["greenlet", "toString"]) {
    await assert.rejects(
      select(fetchApp, name),
      (error: unknown) => error instanceof ConfigError && /there are async, generator, worker, wasm/.test(error.message),
    );
  }
});

test("selectEngine() runs a module in threads, and nothing else in them", async () => {
  const workers = await loadWorkers(moduleApp, null, platform);
  assert.equal((await selectEngine(moduleApp, null, scheduler, clock, workers, settings)).name, "worker");
  assert.equal((await selectEngine(moduleApp, "worker", scheduler, clock, workers, settings)).name, "worker");
  await assert.rejects(select(moduleApp, "async"), { name: "ConfigError", message: /cannot run a module app: .* use worker/ });
  await assert.rejects(select(fetchApp, "worker"), { name: "ConfigError", message: /give serve\(\) module, in place of fetch/ });
  assert.equal(await loadWorkers(fetchApp, null, platform), null);
  const { threads: _none, ...bare } = platform;
  await assert.rejects(loadWorkers(moduleApp, null, bare), { name: "ConfigError", message: /the platform has none/ });
});

test("selectEngine() runs a program in threads where that is asked for, or where there is no JSPI", async () => {
  const worker = async (name: string | null) => {
    const workers = await loadWorkers(wasmApp, name, platform);
    return (await selectEngine(wasmApp, name, scheduler, clock, workers, settings)).name;
  };
  assert.equal(await worker("worker"), "worker");
  assert.equal(await worker(null), findJspi() === null ? "worker" : "wasm");
  if (findJspi() === null) {
    await assert.rejects(worker("wasm"), { name: "UnsupportedError", message: /run it in threads \(--suspend worker\)/ });
  } else assert.equal(await worker("wasm"), "wasm");
});

test("coresOf() gives 4 cores a processor to threads, and no more than 256", async () => {
  const workers = await loadWorkers(moduleApp, null, platform);
  assert.deepEqual([coresOf(undefined, null), coresOf(70_000, null)], [1000, 70_000]);
  assert.deepEqual([coresOf(undefined, workers), coresOf(1, workers), coresOf(256, workers)], [12, 1, 256]);
  assert.equal(coresOf(undefined, { ...workers!, threads: { ...threads, processors: 100 } }), 256);
  assert.throws(() => coresOf(257, workers), { name: "ConfigError", message: /give 256 at most, or leave it out/ });
});

test("misfits() says what will not interleave, and what to change", () => {
  assert.deepEqual(misfits(fetchApp, 10), []);
  assert.deepEqual(misfits(yieldApp, 10), []);
  assert.match(misfits(fetchApp, 1).join(), /raise --async/);
  if (findJspi() === null) assert.match(misfits(wasmApp, 8).join(), /Node 20\.\d+\.\d+ has no JSPI .* a thread of its own, 8 at once/);
  else assert.deepEqual(misfits(wasmApp, 10_000), []);
  assert.match(misfits(wasmApp, 10_001).join(), /at most 10000 programs run at once, and one more gets a 503; lower --async/);
  assert.match(misfits({ kind: "yield", application: () => ["a"] }, 10).join(), /make it a function\*/);
  assert.deepEqual(misfits({ kind: "yield", application: async function* () {} }, 2), []);
});
