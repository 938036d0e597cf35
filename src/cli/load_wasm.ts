import { readFile } from "node:fs/promises";
import type { LoadedApp } from "../app/load.ts";
import { loadProgram } from "../app/load_program.ts";
import { ConfigError } from "../errors.ts";
import { openNodeFolder } from "../io/node_files.ts";
import type { ServeOptionValues } from "../options/table.ts";

/**
 * Reads and compiles a WebAssembly program, and opens its folders.
 *
 * @throws {ConfigError} The file or a folder cannot be read, or it is no WASI preview 1 program.
 */
export async function loadWasm(path: string, { wasmMemoryMb, wasmDirs }: ServeOptionValues): Promise<LoadedApp> {
  const bytes = await readFile(path).catch((error: unknown) => {
    throw new ConfigError(null, `load app "${path}": ${reasonOf(error)}`, error);
  });
  const folders = await Promise.all(wasmDirs.map(async ({ name, path }) => {
    const folder = await openNodeFolder(path).catch((error: unknown) => {
      throw new ConfigError("--wasm-dir", `--wasm-dir "${name}=${path}": ${reasonOf(error)}`, error);
    });
    return { name, path, folder };
  }));
  return await loadProgram(path, bytes, { memoryMb: wasmMemoryMb, folders });
}

function reasonOf(error: unknown): string {
  if ((error as { code?: unknown } | null)?.code === "ENOENT") return "no such file";
  return error instanceof Error ? error.message : String(error);
}
