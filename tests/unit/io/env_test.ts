import assert from "node:assert/strict";
import { test } from "node:test";
import { createEnv } from "../../../src/io/env.ts";

const source = (variables: Record<string, string>) => ({
  get: (name: string) => Object.hasOwn(variables, name) ? variables[name] : undefined,
  names: () => Object.keys(variables),
});

test("createEnv() shows the variables as they are now", () => {
  const variables: Record<string, string> = { A: "1" };
  const env = createEnv(source(variables));
  assert.deepEqual({ ...env }, { A: "1" });
  variables.B = "2";
  assert.deepEqual(Object.entries(env), [["A", "1"], ["B", "2"]]);
  assert.equal(JSON.stringify(env), `{"A":"1","B":"2"}`);
});

test("createEnv() has nothing of Object.prototype", () => {
  const env = createEnv(source({}));
  assert.equal(env.toString, undefined);
  assert.equal("constructor" in env, false);
});

test("createEnv() refuses every change with a TypeError", () => {
  const env = createEnv(source({ A: "1" })) as Record<string, string | undefined>;
  assert.throws(() => env.A = "2", TypeError);
  assert.throws(() => env.B = "2", TypeError);
  assert.throws(() => delete env.A, TypeError);
  assert.throws(() => Object.defineProperty(env, "A", { value: "2" }), TypeError);
  assert.throws(() => Object.setPrototypeOf(env, {}), TypeError);
  assert.throws(() => Object.freeze(env), TypeError);
  assert.deepEqual({ ...env }, { A: "1" });
});
