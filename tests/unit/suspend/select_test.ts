import assert from "node:assert/strict";
import { test } from "node:test";
import type { App } from "../../../src/contract/app.ts";
import type { Scheduler } from "../../../src/contract/engine.ts";
import { ConfigError } from "../../../src/errors.ts";
import { misfits, selectEngine } from "../../../src/suspend/select.ts";

const scheduler: Scheduler = {
  ready() {},
  sleep: () => ({ cancel() {} }),
  after: () => ({ cancel() {} }),
  hold: () => false,
  sending() {},
};
const fetchApp: App = { kind: "fetch", fetch: () => new Response() };
const yieldApp: App = { kind: "yield", application: function* () {} };

test("selectEngine() chooses by the app", () => {
  assert.equal(selectEngine(fetchApp, null, scheduler).name, "async");
  assert.equal(selectEngine(yieldApp, null, scheduler).name, "generator");
});

test("selectEngine() takes the name that fits, and refuses the others with the way out", () => {
  assert.equal(selectEngine(yieldApp, "generator", scheduler).name, "generator");
  assert.throws(() => selectEngine(fetchApp, "generator", scheduler), {
    name: "ConfigError",
    message: /leave --suspend out, or use async/,
  });
  assert.throws(() => selectEngine(yieldApp, "async", scheduler), {
    name: "ConfigError",
    message: /leave --suspend out, or use generator/,
  });
  for (const name of ["greenlet", "toString"]) {
    assert.throws(
      () => selectEngine(fetchApp, name, scheduler),
      (error: unknown) => error instanceof ConfigError && /there are async, generator/.test(error.message),
    );
  }
});

test("misfits() says what will not interleave, and what to change", () => {
  assert.deepEqual(misfits(fetchApp, 10), []);
  assert.deepEqual(misfits(yieldApp, 10), []);
  assert.match(misfits(fetchApp, 1).join(), /raise --async/);
  assert.match(misfits({ kind: "yield", application: () => ["a"] }, 10).join(), /make it a function\*/);
  assert.deepEqual(misfits({ kind: "yield", application: async function* () {} }, 2), []);
});
