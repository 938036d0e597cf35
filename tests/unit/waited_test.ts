import assert from "node:assert/strict";
import { test } from "node:test";
import { after, drive, type Steps, type Waited, waitFor } from "../../src/waited.ts";

function* sum(parts: readonly (() => Waited<number>)[]): Steps<number> {
  let total = 0;
  for (const part of parts) {
    try {
      total += yield* waitFor(part());
    } catch (error) {
      total += Number((error as Error).message);
    }
  }
  return total;
}

const fail = (message: string) => {
  throw new Error(message);
};

test("drive() runs to the end at once where all is there, and else by a promise", async () => {
  assert.equal(drive(sum([() => 1, () => 2, () => fail("10")])), 13);
  const promised = drive(sum([() => 1, () => Promise.resolve(2), () => 3, () => Promise.reject(new Error("10")), () => fail("20")]));
  assert.ok(promised instanceof Promise);
  assert.equal(await promised, 36);
});

test("drive() throws, or rejects with, what the steps throw", async () => {
  function* failing(first: Waited<void>): Steps<void> {
    yield* waitFor(first);
    throw new Error("as told");
  }
  assert.throws(() => drive(failing(undefined)), /as told/);
  await assert.rejects(async () => await drive(failing(Promise.resolve())), /as told/);
});

test("drive() of very many steps needs no deeper stack", async () => {
  const parts = Array.from({ length: 200_000 }, () => () => 1);
  assert.equal(drive(sum(parts)), 200_000);
  assert.equal(await drive(sum([() => Promise.resolve(1), ...parts])), 200_001);
});

test("after() goes on at once, or once it is there", async () => {
  assert.equal(after(1, (value) => value + 1), 2);
  const promised = after(Promise.resolve(1), (value) => value + 1);
  assert.ok(promised instanceof Promise);
  assert.equal(await promised, 2);
});
