import { test } from "node:test";
import assert from "node:assert/strict";
import type { CoreContext } from "../../../src/contract/engine.ts";
import { currentCore, enterCore } from "../../../src/core/current.ts";

const A = { core: 0 } as CoreContext;
const B = { core: 1 } as CoreContext;

test("currentCore() gives null outside of any request", () => {
  assert.equal(currentCore(), null);
});

test("enterCore() hands the argument over, and ends with the call", () => {
  const seen: unknown[] = [];
  enterCore(A, (argument: string) => seen.push(argument, currentCore()), "x");
  assert.deepEqual(seen, ["x", A]);
  assert.equal(currentCore(), null);
});

test("enterCore() nests, and comes back to the request around it", () => {
  const seen: unknown[] = [];
  enterCore(A, () => {
    enterCore(B, () => seen.push(currentCore()), 0);
    seen.push(currentCore());
  }, 0);
  assert.deepEqual(seen, [B, A]);
});

test("enterCore() comes back when the code throws", () => {
  assert.throws(() =>
    enterCore(A, () => {
      throw new Error("the app's");
    }, 0), /the app's/);
  assert.equal(currentCore(), null);
});

test("currentCore() follows promises, microtasks and timers, each request its own", async () => {
  const seen: string[] = [];
  const app = async (name: string): Promise<void> => {
    const note = (where: string) => seen.push(`${where} ${currentCore()?.core} ${name}`);
    await null;
    note("await");
    await Promise.all([deeper(() => note("call")), new Promise((resolve) => setTimeout(resolve, 1)).then(() => note("timer"))]);
    await new Promise<void>((resolve) => queueMicrotask(() => resolve(void note("microtask"))));
  };
  const done: Promise<void>[] = [];
  for (const request of [A, B]) enterCore(request, (name: string) => done.push(app(name)), `of ${request.core}`);
  await Promise.all(done);
  assert.equal(seen.length, 8);
  for (const line of seen) assert.match(line, / (\d) of \1$/);
});

async function deeper(note: () => void): Promise<void> {
  await null;
  await (async () => {
    await null;
    note();
  })();
}
