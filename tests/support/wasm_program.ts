import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";
import { fileURLToPath } from "node:url";

/** Why no C program can be built here; null if one can. Debian: clang, lld, wasi-libc, libclang-rt-dev-wasm32. */
export const NO_COMPILER: string | null = ["/usr/bin/clang", "/usr/bin/wasm-ld", "/usr/lib/wasm32-wasi/libc.a"].every(existsSync)
  ? null
  : "clang, lld or wasi-libc are not installed";

const FIXTURES = fileURLToPath(new URL("../e2e/fixtures/wasm/", import.meta.url));

/** Small stacks and memories, so that a thousand at once are cheap. */
const FLAGS = ["--target=wasm32-wasi", "-O1", "-Wl,-z,stack-size=16384", "-Wl,--initial-memory=131072"];

// Not made within a test: on Node and Bun `after` is that test's there.
const folder = NO_COMPILER === null ? mkdtempSync(join(tmpdir(), "heddle-wasm-")) : null;
if (folder !== null) after(() => rmSync(folder, { recursive: true }));

const built = new Map<string, string>();

/**
 * Compiles a program of `tests/e2e/fixtures/wasm`, once; it is taken away after the file's tests.
 *
 * @param defines What the preprocessor is told: `STEPS=3`.
 * @returns Its path.
 */
export function wasmProgram(name: string, ...defines: readonly string[]): string {
  const key = [name, ...defines].join(" ");
  const path = built.get(key) ?? compile(name, defines);
  built.set(key, path);
  return path;
}

/** The bytes of such a program. */
export function wasmBytes(name: string, ...defines: readonly string[]): Uint8Array<ArrayBuffer> {
  return new Uint8Array(readFileSync(wasmProgram(name, ...defines)));
}

function compile(name: string, defines: readonly string[]): string {
  const path = join(folder!, `${[name, ...defines].join("-")}.wasm`);
  const args = [...FLAGS, ...defines.map((define) => `-D${define}`), join(FIXTURES, `${name}.c`), "-o", path];
  const { status, stderr } = spawnSync("clang", args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`compile ${name}.c: ${stderr}`);
  return path;
}
