import { test } from "node:test";
import assert from "node:assert/strict";
import { createCoreTable, openCoreTable } from "../../../src/core/table.ts";
import { type Hang, Watchdog } from "../../../src/watchdog/watchdog.ts";
import { FakeClock } from "../../support/fake_clock.ts";

/** The loop's table and clock, and a watchdog in a thread whose own clock began at another time. */
class Scene {
  readonly table = createCoreTable(4);
  readonly loop = new FakeClock(50_000);
  readonly thread = new FakeClock(7);
  readonly hangs: Hang[] = [];
  readonly watchdog: Watchdog;

  constructor() {
    this.table.beatMs = this.loop.now();
    this.watchdog = new Watchdog(openCoreTable(this.table.buffer), this.thread, (hang) => this.hangs.push(hang));
  }

  /** A request with so long until its deadline; 0 for none. */
  begin(core: number, target: string, limitMs: number): void {
    this.table.move(core, "take");
    this.table.begin(core, this.loop.now(), "GET", target);
    if (limitMs > 0) this.table.setDeadline(core, this.loop.now() + limitMs);
  }

  /** Both go on, and the loop beats. */
  turn(ms: number): void {
    for (let passed = 0; passed < ms; passed += 100) {
      this.loop.advance(100);
      this.table.beatMs = this.loop.now();
      this.thread.advance(100);
    }
  }

  /** The loop is blocked. */
  block(ms: number): void {
    this.loop.spend(ms);
    this.thread.advance(ms);
  }
}

test("Watchdog tells once of a loop that is blocked past a deadline, with the request whose slice has not ended", () => {
  const scene = new Scene();
  scene.turn(1000);
  scene.begin(1, "/patient", 60_000);
  scene.begin(2, "/spin", 2000);
  scene.table.slice = 2;
  scene.block(2100);
  assert.equal(scene.hangs.length, 0);
  scene.block(400);
  assert.equal(scene.hangs.length, 1);
  const { blockedMs, overdue, slice, busy } = scene.hangs[0]!;
  assert.ok(blockedMs > 2100 && blockedMs <= 2500, `${blockedMs}`);
  assert.deepEqual(overdue.map(({ core, target }) => [core, target]), [[2, "/spin"]]);
  assert.deepEqual([slice?.core, slice?.method, slice?.state], [2, "GET", "running"]);
  assert.deepEqual(busy.map(({ target }) => target), ["/patient", "/spin"]);
  scene.block(5000);
  assert.equal(scene.hangs.length, 1);
  assert.equal(scene.thread.armed, 0);
});

test("Watchdog does not know whose code runs where no slice of heddle's does", () => {
  const scene = new Scene();
  scene.begin(0, "/a", 1000);
  scene.begin(3, "/b", 0);
  scene.table.move(0, "wait");
  scene.turn(500);
  scene.block(1500);
  const { slice, busy, overdue } = scene.hangs[0]!;
  assert.deepEqual([slice, busy.map(({ core }) => core), overdue.map(({ core }) => core)], [null, [0, 3], [0]]);
});

test("Watchdog counts no time in which heddle itself holds the loop", () => {
  const scene = new Scene();
  scene.begin(0, "/late", 1000);
  scene.turn(1000);
  scene.table.isHeld = true;
  scene.block(5000);
  scene.table.isHeld = false;
  scene.block(400);
  assert.equal(scene.hangs.length, 0);
  scene.block(200);
  assert.equal(scene.hangs.length, 1);
});

test("Watchdog leaves a loop alone that turns, however late its requests are, and one that is blocked without a deadline", () => {
  const scene = new Scene();
  scene.begin(0, "/late", 10);
  scene.turn(5000);
  scene.table.setDeadline(0, 0);
  scene.block(60_000);
  assert.equal(scene.hangs.length, 0);
  scene.watchdog.stop();
  assert.equal(scene.thread.armed, 0);
});

test("Watchdog lets a short block past a deadline be: the loop ends the request itself", () => {
  const scene = new Scene();
  scene.begin(0, "/", 100);
  scene.block(400);
  scene.turn(300);
  scene.block(400);
  assert.equal(scene.hangs.length, 0);
});

test("Watchdog takes a process that was stopped, or a machine that was paused, for no hang", () => {
  const scene = new Scene();
  scene.begin(0, "/", 2000);
  scene.turn(500);
  scene.loop.spend(60_000);
  scene.thread.spend(60_000);
  // Both go on: the thread's late tick first.
  scene.thread.advance(0);
  scene.thread.advance(200);
  assert.equal(scene.hangs.length, 0);
  scene.turn(1000);
  scene.block(1000);
  // 60 s behind its deadline by the loop's clock, and blocked on top of it.
  assert.equal(scene.hangs.length, 1);
});
