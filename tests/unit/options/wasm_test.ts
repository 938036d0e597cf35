import assert from "node:assert/strict";
import { test } from "node:test";
import { MEGABYTES, WASM_DIR } from "../../../src/options/wasm.ts";

test("WASM_DIR reads GUEST=HOST; the path may have a = of its own", () => {
  assert.deepEqual(WASM_DIR.parse("/data=./public"), { name: "/data", path: "./public" });
  assert.deepEqual(WASM_DIR.parse(".=/srv/a=b"), { name: ".", path: "/srv/a=b" });
  for (const text of ["", "/data", "=/srv", "/data=", "/data=\0"]) {
    assert.throws(() => WASM_DIR.parse(text), { name: "ConfigError", message: /not GUEST=HOST, such as \/data=\.\/public/ });
  }
});

test("MEGABYTES reads a whole number of MB, up to all that a program can have", () => {
  assert.deepEqual(["1", "64", "4096"].map((text) => MEGABYTES.parse(text)), [1, 64, 4096]);
  for (const text of ["0", "4097", "64mb", "1.5"]) assert.throws(() => MEGABYTES.parse(text), { name: "ConfigError" });
});
