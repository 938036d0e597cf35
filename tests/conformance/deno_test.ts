import assert from "node:assert/strict";
import { test } from "node:test";
import { createDenoEngine } from "../../src/io/deno.ts";
import { RawClient } from "../support/raw_client.ts";
import { runtimeName } from "../support/runtime.ts";
import { unixPath } from "../support/unix_path.ts";
import { realTurn } from "./io/harness.ts";
import { ioSuite } from "./io_suite.ts";

if (runtimeName() === "deno") ioSuite({ engine: createDenoEngine(), connectPeer: RawClient.connect, unixPath, turn: realTurn });

test("createDenoEngine() can be imported on every runtime", () => {
  assert.equal(typeof createDenoEngine, "function");
});
