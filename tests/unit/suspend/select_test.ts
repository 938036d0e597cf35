import assert from "node:assert/strict";
import { test } from "node:test";
import type { App } from "../../../src/contract/app.ts";
import type { Scheduler } from "../../../src/contract/engine.ts";
import { ConfigError } from "../../../src/errors.ts";
import { FakeClock } from "../../support/fake_clock.ts";
import { misfits, selectEngine } from "../../../src/suspend/select.ts";

const scheduler: Scheduler = {
  ready() {},
  sleep: () => ({ cancel() {} }),
  after: () => ({ cancel() {} }),
  hold: () => false,
  sending() {},
};
const clock = new FakeClock();
const fetchApp: App = { kind: "fetch", fetch: () => new Response() };
const wasmApp: App = {
  kind: "wasm",
  program: { name: "a.wasm", module: new WebAssembly.Module(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0])), folders: [] },
};
const yieldApp: App = { kind: "yield", application: function* () {} };

test("selectEngine() chooses by the app", async () => {
  assert.equal((await selectEngine(fetchApp, null, scheduler, clock)).name, "async");
  assert.equal((await selectEngine(yieldApp, null, scheduler, clock)).name, "generator");
});

test("selectEngine() takes the name that fits, and refuses the others with the way out", async () => {
  assert.equal((await selectEngine(yieldApp, "generator", scheduler, clock)).name, "generator");
  await assert.rejects(selectEngine(fetchApp, "generator", scheduler, clock), {
    name: "ConfigError",
    message: /leave --suspend out, or use async/,
  });
  await assert.rejects(selectEngine(wasmApp, "async", scheduler, clock), {
    name: "ConfigError",
    message: /the async engine cannot run a wasm app: leave --suspend out, or use wasm/,
  });
  await assert.rejects(selectEngine(yieldApp, "async", scheduler, clock), {
    name: "ConfigError",
    message: /leave --suspend out, or use generator/,
  });
  for (const name of ["greenlet", "toString"]) {
    await assert.rejects(
      selectEngine(fetchApp, name, scheduler, clock),
      (error: unknown) => error instanceof ConfigError && /there are async, generator, wasm/.test(error.message),
    );
  }
});

test("misfits() says what will not interleave, and what to change", () => {
  assert.deepEqual(misfits(fetchApp, 10), []);
  assert.deepEqual(misfits(yieldApp, 10), []);
  assert.match(misfits(fetchApp, 1).join(), /raise --async/);
  assert.deepEqual(misfits(wasmApp, 10_000), []);
  assert.match(misfits(wasmApp, 10_001).join(), /at most 10000 programs run at once, and one more gets a 503; lower --async/);
  assert.match(misfits({ kind: "yield", application: () => ["a"] }, 10).join(), /make it a function\*/);
  assert.deepEqual(misfits({ kind: "yield", application: async function* () {} }, 2), []);
});
