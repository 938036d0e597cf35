/**
 * The pool in a world of connections that come, go, are answered at once or hold their core. What must hold after every step is said
 * without regard to how the pool does it: nobody overtakes, nobody is lost, and nobody waits where there is room.
 */
import { test } from "node:test";
import assert from "node:assert/strict";
import fc from "fast-check";
import { CorePool, type CoreWaiter, WaitingPlace } from "../../../src/core/pool.ts";
import { createCoreTable } from "../../../src/core/table.ts";
import { FakeClock } from "../../support/fake_clock.ts";

type Stage = "new" | "queued" | "stalled" | "running" | "done" | "gone";

class World {
  readonly cores: number;
  readonly limit: number;
  readonly clock = new FakeClock();
  readonly pool: CorePool;
  readonly connections: Connection[] = [];
  /** In the order they began to run. */
  readonly started: Connection[] = [];

  constructor(cores: number, limit: number) {
    this.cores = cores;
    this.limit = limit;
    this.pool = new CorePool(createCoreTable(cores), { queue: limit, observer: {}, clock: this.clock });
  }

  at(stage: Stage): Connection[] {
    return this.connections.filter((connection) => connection.stage === stage);
  }

  check(): void {
    const { pool } = this;
    const running = this.at("running");
    assert.equal(pool.busy, running.length);
    assert.equal(new Set(running.map(({ core }) => core)).size, running.length, "two requests on one core");
    assert.ok(running.every(({ core }) => core >= 0 && core < this.cores));
    assert.equal(pool.queued, this.at("queued").length);
    assert.equal(pool.stalled, this.at("stalled").length);
    assert.equal(this.at("new").length, 0);
    assert.ok(pool.queued <= this.limit);
    if (pool.queued > 0) assert.equal(pool.busy, this.cores, "queued beside a free core");
    if (pool.stalled > 0) assert.ok(pool.full && pool.queued === this.limit && pool.busy === this.cores, "stalled beside a free place");
    const order = this.started.map((connection) => this.connections.indexOf(connection));
    assert.deepEqual(order, [...order].sort((one, other) => one - other), "one overtook another");
    const waiting = [...this.at("queued"), ...this.at("stalled")];
    assert.deepEqual(waiting, [...waiting].sort((one, other) => this.connections.indexOf(one) - this.connections.indexOf(other)));
  }
}

class Connection implements CoreWaiter {
  readonly place: WaitingPlace = new WaitingPlace(this);
  readonly world: World;
  readonly holds: boolean;
  stage: Stage = "new";
  core = -1;

  constructor(world: World, holds: boolean) {
    this.world = world;
    this.holds = holds;
    world.connections.push(this);
    this.proceed();
  }

  proceed(): void {
    const { pool } = this.world;
    const core = pool.take();
    if (core >= 0) return this.granted(core);
    this.stage = pool.enqueue(this) ? "queued" : "stalled";
    if (this.stage === "stalled") pool.stall(this);
  }

  granted(core: number): void {
    this.world.started.push(this);
    this.stage = "running";
    this.core = core;
    if (!this.holds) this.finish();
  }

  finish(): void {
    this.stage = "done";
    this.world.pool.release(this.core);
  }

  leave(): void {
    this.stage = "gone";
    this.world.pool.remove(this);
  }
}

const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("holder"), pick: fc.constant(0) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("quick"), pick: fc.constant(0) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("finish"), pick: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("leave"), pick: fc.nat() }) },
);

test("CorePool lets nobody overtake, be lost, or wait where there is room", { timeout: 20_000 }, () => {
  const cores = fc.integer({ min: 1, max: 4 });
  const limit = fc.integer({ min: 0, max: 4 });
  fc.assert(
    fc.property(cores, limit, fc.array(step, { maxLength: 80, size: "max" }), (cores, limit, steps) => {
      const world = new World(cores, limit);
      const one = (stages: Stage[], pick: number): Connection | undefined => {
        const some = world.connections.filter(({ stage }) => stages.includes(stage));
        return some[pick % Math.max(1, some.length)];
      };
      for (const { kind, pick } of steps) {
        if (kind === "finish") one(["running"], pick)?.finish();
        else if (kind === "leave") one(["queued", "stalled"], pick)?.leave();
        else new Connection(world, kind === "holder");
        world.check();
      }
      for (let next = one(["running"], 0); next !== undefined; next = one(["running"], 0)) {
        next.finish();
        world.check();
      }
      assert.ok(world.connections.every(({ stage }) => stage === "done" || stage === "gone"), "somebody waits for ever");
    }),
    { numRuns: 300 },
  );
});
