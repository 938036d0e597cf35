import { test } from "node:test";
import assert from "node:assert/strict";
import { throwLater } from "../../../src/core/throw_later.ts";
import { thrownLater } from "./thrown_later.ts";

test("throwLater() returns, and throws from a microtask", async () => {
  const error = new Error("a bug");
  let returned = false;
  const errors = await thrownLater(() => {
    throwLater(error);
    returned = true;
  });
  assert.equal(returned, true);
  assert.deepEqual(errors, [error]);
});
