import assert from "node:assert/strict";
import { test } from "node:test";
import type { App } from "../../src/contract/app.ts";
import type { Clock } from "../../src/contract/clock.ts";
import type { Scheduler, SuspendEngine } from "../../src/contract/engine.ts";
import { HarakiriError } from "../../src/errors.ts";
import { createScene, type Scene, type SceneRequest } from "../support/scene.ts";

/** What an engine runs in the suite: an app that logs `name:step` at each of its steps. */
export interface EngineFixture {
  readonly name: string;
  create(scheduler: Scheduler, clock: Clock): SuspendEngine;
  /** An app that takes `steps` steps with a suspend after each, then answers. */
  stepping(log: string[], steps: number): App;
  /** An app that sleeps `ms` and answers. */
  sleeping(log: string[], ms: number): App;
  /** An app that suspends once and throws. */
  failing(log: string[]): App;
  /** An app that suspends for ever. */
  endless(log: string[]): App;
}

/** What any suspend engine promises (`contract/engine.ts`). */
export function engineSuite(fixture: EngineFixture): void {
  const scene = () => createScene((scheduler, clock) => fixture.create(scheduler, clock));
  const log: string[] = [];

  test(`${fixture.name}: requests take turns, one slice each and pass`, async () => {
    log.length = 0;
    const { run, settle } = scene();
    const requests = ["a", "b", "c"].map((name) => run(name, fixture.stepping(log, 3)));
    await settle();
    assert.deepEqual(log, ["a:1", "b:1", "c:1", "a:2", "b:2", "c:2", "a:3", "b:3", "c:3"]);
    for (const request of requests) assert.equal(request.outcome, "answered");
  });

  test(`${fixture.name}: a switch is counted for each suspend`, async () => {
    log.length = 0;
    const { run, settle, table } = scene();
    const request = run("a", fixture.stepping(log, 5));
    await settle();
    assert.equal(table.row(request.core).totalSwitches, 5);
  });

  test(`${fixture.name}: a sleep ends no sooner, and holds up nobody`, async () => {
    log.length = 0;
    const { run, settle, clock } = scene();
    const sleeper = run("s", fixture.sleeping(log, 1000));
    run("a", fixture.stepping(log, 2));
    await settle();
    assert.deepEqual(log, ["s:before", "a:1", "a:2"]);
    clock.advance(999);
    await settle();
    assert.equal(sleeper.outcome, "running");
    clock.advance(2);
    await settle();
    assert.equal(sleeper.outcome, "answered");
    assert.equal(log.at(-1), "s:after");
  });

  test(`${fixture.name}: an app that throws fails alone`, async () => {
    log.length = 0;
    const { run, settle } = scene();
    const failing = run("f", fixture.failing(log));
    const other = run("a", fixture.stepping(log, 3));
    await settle();
    assert.match(String(failing.error), /as told/);
    assert.equal(failing.outcome, "failed");
    assert.equal(other.outcome, "answered");
  });

  test(`${fixture.name}: a killed request is not resumed, and ends once its handler has settled`, async () => {
    log.length = 0;
    const { run, settle, engine, turn } = scene();
    const request: SceneRequest = run("e", fixture.endless(log));
    await turn();
    engine.kill(request.task, new HarakiriError("past its deadline"));
    await settle();
    const steps = log.length;
    await settle();
    assert.equal(log.length, steps);
    assert.notEqual(request.outcome, "running");
  });

  test(`${fixture.name}: accepts() its own kind of app`, () => {
    const { engine }: Scene = scene();
    assert.equal(engine.accepts(fixture.stepping(log, 1)), true);
  });
}
