import { test } from "node:test";
import assert from "node:assert/strict";
import { AsyncLocalStorage } from "node:async_hooks";
import type { CoreTask } from "../../../src/contract/engine.ts";
import { currentCore, enterCore, outsideRequests } from "../../../src/core/current.ts";

const A = { core: 0 } as CoreTask;
const B = { core: 1 } as CoreTask;

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

/** A release on the stack of one request starts the next one; an app that keeps its user in an AsyncLocalStorage must not see another's. */
test("enterCore() hides the AsyncLocalStorages of the request on whose stack it is called", async () => {
  const user = new AsyncLocalStorage<string>();
  const seen: unknown[] = [];
  const look = async (name: string) => {
    seen.push(`${name} ${currentCore()?.core} ${user.getStore()}`);
    await null;
    seen.push(`${name} later ${currentCore()?.core} ${user.getStore()}`);
  };
  await inTask(() => {
    enterCore(A, () => {
      user.enterWith("of A");
      enterCore(B, look, "nested");
      look("back");
    }, 0);
    enterCore(B, look, "next");
    seen.push(`outside ${currentCore()} ${user.getStore()}`);
  });
  await inTask(() =>
    enterCore(A, () =>
      void user.run("of A", async () => {
        await null;
        enterCore(B, look, "awaited");
        look("back again");
      }), 0)
  );
  await inTask(() => enterCore(B, look, "other task"));
  assert.deepEqual(seen, [
    "nested 1 undefined",
    "back 0 of A",
    "next 1 undefined",
    "outside null undefined",
    "nested later 1 undefined",
    "back later 0 of A",
    "next later 1 undefined",
    "awaited 1 undefined",
    "back again 0 of A",
    "awaited later 1 undefined",
    "back again later 0 of A",
    "other task 1 undefined",
    "other task later 1 undefined",
  ]);
});

/** Runs in a task of its own, as a socket's event does, and waits until its microtasks are done. */
function inTask(run: () => void): Promise<void> {
  return new Promise((resolve) =>
    setTimeout(() => {
      run();
      setTimeout(resolve, 0);
    }, 0)
  );
}

test("outsideRequests() leaves the request around it, for what is begun in it too", async () => {
  const storage = new AsyncLocalStorage<string>();
  const seen: unknown[] = [];
  await new Promise<void>((resolve) => {
    enterCore(A, () =>
      storage.run("of A", () =>
        outsideRequests(() => {
          seen.push(currentCore(), storage.getStore());
          setTimeout(() => {
            seen.push(currentCore(), storage.getStore());
            resolve();
          }, 1);
        })), 0);
  });
  assert.deepEqual(seen, [null, undefined, null, undefined]);
});
