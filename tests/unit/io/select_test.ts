import assert from "node:assert/strict";
import process from "node:process";
import { test } from "node:test";
import { ConfigError, UnsupportedError } from "../../../src/errors.ts";
import { selectPlatform } from "../../../src/io/select.ts";
import { runtimeName } from "../../support/runtime.ts";

const runtime = runtimeName();

test("selectPlatform() finds the runtime, and takes its own engine", async () => {
  const platform = await selectPlatform();
  assert.equal(platform.runtime.name, runtime);
  assert.match(platform.runtime.version, /^\d+\.\d+\.\d+/);
  assert.equal(platform.engine.name, runtime);
  assert.ok(platform.clock.now() > 0);
});

test("selectPlatform() runs the node engine on every runtime", async () => {
  const { engine } = await selectPlatform("node");
  assert.equal(engine.name, "node");
});

test("selectPlatform() refuses an engine that the runtime has not, and names runtime and way out", async () => {
  const [foreign, api] = runtime === "deno" ? ["bun", "Bun.listen"] : ["deno", "Deno.listen"];
  await assert.rejects(selectPlatform(foreign), (error) => {
    assert.ok(error instanceof UnsupportedError);
    assert.match(error.runtime, /^(Deno|Bun|Node) \d+\./);
    const own = runtime === "node" ? `"node"` : `"${runtime}" or "node"`;
    assert.equal(error.message, `use the I/O engine "${foreign}": ${error.runtime} has no ${api}; choose ${own}, or leave --io out`);
    return true;
  });
});

test("selectPlatform() names the engines when there is none of that name", async () => {
  await assert.rejects(selectPlatform("libuv"), (error) => {
    assert.ok(error instanceof ConfigError);
    assert.equal(error.option, "--io");
    assert.equal(error.message, `choose the I/O engine "libuv": the engines are "deno", "bun" and "node"`);
    return true;
  });
});

test("selectPlatform().env reads each variable when it is touched, and can not be written", async () => {
  const { env } = await selectPlatform();
  assert.equal(env.HEDDLE_TEST_VARIABLE, undefined);
  assert.equal(env.toString, undefined);
  process.env.HEDDLE_TEST_VARIABLE = "one";
  assert.equal(env.HEDDLE_TEST_VARIABLE, "one");
  process.env.HEDDLE_TEST_VARIABLE = "two";
  assert.equal(env.HEDDLE_TEST_VARIABLE, "two");
  assert.ok("HEDDLE_TEST_VARIABLE" in env);
  assert.ok(Object.keys(env).includes("HEDDLE_TEST_VARIABLE"));
  assert.equal({ ...env }.HEDDLE_TEST_VARIABLE, "two");
  assert.equal(Reflect.set(env, "HEDDLE_TEST_VARIABLE", "three"), false);
  assert.equal(process.env.HEDDLE_TEST_VARIABLE, "two");
  delete process.env.HEDDLE_TEST_VARIABLE;
  assert.ok(!("HEDDLE_TEST_VARIABLE" in env));
});
