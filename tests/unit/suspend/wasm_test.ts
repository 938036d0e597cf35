import assert from "node:assert/strict";
import { test } from "node:test";
import { loadProgram } from "../../../src/app/load_program.ts";
import type { App } from "../../../src/contract/app.ts";
import type { Scheduler, SuspendEngine } from "../../../src/contract/engine.ts";
import { createWasmEngine } from "../../../src/suspend/wasm.ts";
import { findJspi } from "../../../src/suspend/wasm/jspi.ts";
import { engineSuite } from "../../conformance/engine_suite.ts";
import { FakeClock } from "../../support/fake_clock.ts";
import { NO_COMPILER, wasmBytes } from "../../support/wasm_program.ts";

async function app(...defines: string[]): Promise<App> {
  return (await loadProgram("as told.wasm", wasmBytes("steps", ...defines), { memoryMb: 1, folders: [] })).app;
}

/** Why none can be run here; null if one can. */
const NO_WASM = findJspi() === null ? "deviation: Node 20 has no JSPI" : NO_COMPILER;

/** Where the programs' lines go. */
let lines: string[] = [];

/** An engine whose programs log to the suite. */
function create(scheduler: Scheduler): SuspendEngine {
  const engine = createWasmEngine(scheduler, new FakeClock());
  const { start } = engine;
  engine.start = (request) => {
    request.reply.log = (line) => lines.push(line);
    start.call(engine, request);
  };
  return engine;
}

if (NO_WASM === null) {
  const programs = new Map<string, App>();
  for (const define of ["STEPS=1", "STEPS=2", "STEPS=3", "STEPS=5", "SLEEP_MS=1000", "FAIL=3", "ENDLESS"]) {
    programs.set(define, await app(define));
  }
  const logged = (define: string) => (log: string[]) => {
    lines = log;
    return programs.get(define)!;
  };
  engineSuite({
    name: "wasm engine",
    create,
    stepping: (log, steps) => logged(`STEPS=${steps}`)(log),
    sleeping: logged("SLEEP_MS=1000"),
    failing: logged("FAIL=3"),
    endless: logged("ENDLESS"),
  });
} else test(`wasm engine # SKIP ${NO_WASM}`, { skip: NO_WASM }, () => {});

test("createWasmEngine() without JSPI is an UnsupportedError that names the way out", () => {
  const create = () => createWasmEngine({} as Scheduler, new FakeClock());
  if (findJspi() !== null) create();
  else {assert.throws(create, {
      name: "UnsupportedError",
      message: /Node 20\.\d+\.\d+ has no JSPI .*; run it in threads \(--suspend worker\), or use Node 24 or later, Deno or Bun$/,
    });}
});
