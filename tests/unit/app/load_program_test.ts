import assert from "node:assert/strict";
import { test } from "node:test";
import { isProgram } from "../../../src/app/load.ts";
import { loadProgram } from "../../../src/app/load_program.ts";

const HEADER = [0, 97, 115, 109, 1, 0, 0, 0];
const FUNCTION_TYPE = [1, 4, 1, 0x60, 0, 0];
const text = (value: string) => [value.length, ...new TextEncoder().encode(value)];
const section = (id: number, ...bytes: number[]) => [id, bytes.length, ...bytes];

interface Made {
  readonly imports?: readonly (readonly [module: string, name: string])[];
  readonly start?: string;
  readonly memory?: string;
}

/** A module with one empty function. */
function program({ imports = [], start = "_start", memory = "memory" }: Made): Uint8Array {
  return new Uint8Array([
    ...HEADER,
    ...FUNCTION_TYPE,
    ...section(2, imports.length, ...imports.flatMap(([module, name]) => [...text(module), ...text(name), 0, 0])),
    ...section(3, 1, 0),
    ...section(5, 1, 0, 1),
    ...section(7, 2, ...text(start), 0, imports.length, ...text(memory), 2, 0),
    ...section(10, 1, 2, 0, 11),
  ]);
}

const load = (bytes: Uint8Array, memoryMb = 1) => loadProgram("app.wasm", bytes, { memoryMb, folders: [] });

test("isProgram() knows a program by its name", () => {
  assert.deepEqual(["a.wasm", "/x/A.WASM", "a.wasm.js", "wasm"].map(isProgram), [true, true, false, false]);
});

test("loadProgram() compiles a WASI command", async () => {
  const { app, description } = await load(program({ imports: [["wasi_snapshot_preview1", "sched_yield"]] }));
  assert.equal(app.kind, "wasm");
  assert.equal(description, "WASI program, one instance a request, memory up to 1 MB");
});

const bad: readonly (readonly [string, Uint8Array, RegExp])[] = [
  ["nothing", new Uint8Array(), /it is no WebAssembly/],
  ["a script", new TextEncoder().encode("export default {}"), /it is no WebAssembly: it does not begin with "\\0asm"/],
  [
    "a component",
    new Uint8Array([0, 97, 115, 109, 13, 0, 1, 0]),
    /it is a component \(WASI preview 2 or later\).*build it for wasm32-wasip1/,
  ],
  ["another version", new Uint8Array([0, 97, 115, 109, 2, 0, 0, 0]), /binary version 2/],
  ["a library", program({ start: "_initialize" }), /it exports no _start: it is a library/],
  ["a module for a browser", program({ start: "main" }), /it exports no _start: it is no WASI command/],
  ["no memory", program({ memory: "other" }), /it exports no memory/],
  [
    "another host's",
    program({ imports: [["env", "print"]] }),
    /it imports the function env\.print; heddle gives the functions of wasi_snapshot_preview1/,
  ],
  [
    "an unknown call",
    program({ imports: [["wasi_snapshot_preview1", "fd_fly"]] }),
    /it imports the function wasi_snapshot_preview1\.fd_fly/,
  ],
  ["preview 0", program({ imports: [["wasi_unstable", "fd_write"]] }), /it is built for wasi_unstable/],
  ["a cut one", program({}).subarray(0, 30), /it (does not compile|is cut short)/],
  ["a damaged one", program({}).map((byte, index) => index === 9 ? byte + 1 : byte), /it (does not compile|is cut short)/],
];

for (const [what, bytes, message] of bad) {
  test(`loadProgram() of ${what} says so`, async () => {
    await assert.rejects(load(bytes), { name: "ConfigError", message, option: null });
  });
}
