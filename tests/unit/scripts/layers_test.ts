import assert from "node:assert/strict";
import { test } from "node:test";
import { checkLayers } from "../../../scripts/layers.ts";

const PACKAGES = new Set(["hono"]);

/** What is said of a file, without the file and line it begins with. */
function findings(file: string, text: string): string[] {
  return checkLayers(file, text, PACKAGES).map((finding) => finding.replace(`${file}:`, ""));
}

test("checkLayers() lets a folder import itself and those below", () => {
  assert.deepEqual(
    findings("src/serve/a.ts", `import { A } from "./b.ts"; import type { C } from "../contract/c.ts"; import "../http/d.ts";`),
    [],
  );
  assert.deepEqual(findings("mod.ts", `export { A } from "./src/serve/a.ts"; export type { B } from "./src/errors.ts";`), []);
  assert.deepEqual(findings("src/cli/main.ts", `await import("../../mod.ts"); import process from "node:process"; process.exit(0);`), []);
});

test("checkLayers() reports an import against the direction, types too, however it is written", () => {
  const upward = 'imports "../serve/a.ts": core may not import serve';
  assert.deepEqual(findings("src/core/x.ts", `import { A } from "../serve/a.ts";`), [`1: ${upward}`]);
  assert.deepEqual(findings("src/core/x.ts", `\nimport type { A } from "../serve/a.ts";`), [`2: ${upward}`]);
  assert.deepEqual(findings("src/core/x.ts", `let a: import("../serve/a.ts").A;`), [`1: ${upward}`]);
  assert.deepEqual(findings("src/core/x.ts", `await import("../serve/a.ts");`), [`1: ${upward}`]);
});

test("checkLayers() reports an import of a neighbour", () => {
  assert.deepEqual(findings("src/http/x.ts", `import "../core/y.ts";`), ['1: imports "../core/y.ts": http may not import core']);
});

test("checkLayers() reports a folder that has no place yet, and files outside of src", () => {
  assert.equal(findings("src/utils/x.ts", `import "../errors.ts";`).length, 1);
  assert.equal(findings("src/core/x.ts", `import "../../tests/y.ts";`).length, 1);
});

test("checkLayers() lets only listed packages in, with their subpaths", () => {
  assert.deepEqual(findings("src/entry/hono.ts", `import type { A } from "hono/conninfo";`), []);
  assert.deepEqual(findings("src/core/x.ts", `import fc from "fast-check";`), [
    '1: imports "fast-check", which is no dependency of the sources',
  ]);
});

test("checkLayers() keeps runtime globals and node: modules in their rooms", () => {
  assert.deepEqual(findings("src/io/deno_socket.ts", `Deno.listen({ port: 0 });`), []);
  assert.deepEqual(findings("src/io/clock_node.ts", `import { performance } from "node:perf_hooks"; performance.now();`), []);
  assert.deepEqual(findings("src/core/current.ts", `import { AsyncLocalStorage } from "node:async_hooks";`), []);
  assert.equal(findings("src/core/x.ts", `Deno.exit();`).length, 1);
  assert.equal(findings("src/http/x.ts", `globalThis.Bun.gc();`).length, 1);
  assert.equal(findings("src/http/x.ts", `Buffer.from("a");`).length, 1);
  assert.equal(findings("src/app/x.ts", `import fs from "node:fs";`).length, 1);
  assert.equal(findings("src/io/deno.ts", `import net from "node:net";`).length, 1);
});

test("checkLayers() does not take a property or an own name for a global", () => {
  assert.deepEqual(findings("src/core/x.ts", `const a = { process: 1 }; a.process; function f(process: number) { return process; }`), []);
});

test("checkLayers() asks for a Clock instead of timers", () => {
  assert.equal(findings("src/core/x.ts", `setTimeout(() => {}, 1);`).length, 1);
  assert.deepEqual(findings("src/io/clock_deno.ts", `setTimeout(() => {}, 1);`), []);
});

test("checkLayers() allows barrels in mod.ts and src/entry alone, and only with names", () => {
  assert.equal(findings("src/core/x.ts", `export { A } from "./y.ts";`).length, 1);
  assert.equal(findings("mod.ts", `export * from "./src/errors.ts";`).length, 1);
});

test("checkLayers() allows an import() without a literal in app/load.ts alone", () => {
  assert.equal(findings("src/app/x.ts", `await import(name);`).length, 1);
  assert.deepEqual(findings("src/app/load.ts", `await import(name);`), []);
});
