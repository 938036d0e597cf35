import assert from "node:assert/strict";
import { test } from "node:test";
import type { StartThread } from "../../../src/contract/threads.ts";
import { createCoreTable } from "../../../src/core/table.ts";
import { CURRENT_REQUEST_EXPRESSION } from "../../../src/core/expose_current.ts";
import { Watch } from "../../../src/serve/watch.ts";
import { ConfigError } from "../../../src/errors.ts";
import { serve } from "../../../src/serve/server.ts";
import { FakeClock } from "../../support/fake_clock.ts";

class Scene {
  readonly clock = new FakeClock();
  readonly table = createCoreTable(1);
  readonly warnings: string[] = [];
  readonly observer = { warning: (message: string) => void this.warnings.push(message) };
  readonly started: unknown[] = [];
  fail: (error: unknown) => void = () => assert.fail("no thread was started");
  ends = 0;
  readonly startThread: StartThread = (module, data, failed) => {
    this.started.push(module, data);
    this.fail = failed;
    return Promise.resolve({ end: () => void this.ends++ });
  };
}

test("Watch starts the watchdog on the table, and beats until it is ended", async () => {
  const scene = new Scene();
  const watch = new Watch(scene, scene.startThread);
  assert.deepEqual(scene.started, ["watchdog", scene.table.buffer]);
  assert.equal(scene.table.beatMs, 1000);
  scene.clock.advance(1000);
  assert.equal(scene.table.beatMs, 2000);
  await scene.clock.settle();
  watch.end();
  watch.end();
  assert.deepEqual([scene.clock.armed, scene.ends > 0, scene.warnings], [0, true, []]);
});

test("Watch that is ended before its thread is there ends it then", async () => {
  const scene = new Scene();
  new Watch(scene, scene.startThread).end();
  await scene.clock.settle();
  assert.equal(scene.ends, 1);
});

test("Watch warns once where the thread cannot be had, and stops beating", async () => {
  const scene = new Scene();
  await new Watch(scene, undefined).started;
  assert.match(scene.warnings.join(), /^the watchdog cannot run: this platform has no threads; a handler that blocks/);
  const other = new Scene();
  new Watch(other, other.startThread);
  await other.clock.settle();
  other.fail(new Error("no permission"));
  other.fail(new Error("again"));
  assert.match(other.warnings.join(), /^the watchdog cannot run: no permission; a handler [^;]*$/);
  assert.equal(other.clock.armed, 0);
  const rejected = new Scene();
  new Watch(rejected, () => Promise.reject(new Error("no module")));
  await rejected.clock.settle();
  assert.match(rejected.warnings.join(), /no module/);
});

test("CURRENT_REQUEST_EXPRESSION comes to null outside of a request", () => {
  const scene = new Scene();
  new Watch(scene, scene.startThread).end();
  assert.equal(new Function(`return ${CURRENT_REQUEST_EXPRESSION}`)(), null);
});

test("serve() with a watchdog that is no switch is refused", () => {
  assert.throws(() => serve({ fetch: () => new Response(), watchdog: 1 as unknown as boolean }), ConfigError);
});
