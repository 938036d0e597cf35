import type { GuestFolder } from "../contract/app.ts";
import { ConfigError } from "../errors.ts";
import { boundMemory } from "./bound_memory.ts";
import type { LoadedApp } from "./load.ts";
import { isWasiCall, WASI_MODULE } from "./wasi_calls.ts";

/** What a program gets. */
export interface ProgramSettings {
  /** Most that its memory may grow to, in MB of 1,048,576 bytes (`--wasm-memory`); 1 to 4096. */
  readonly memoryMb: number;
  readonly folders: readonly GuestFolder[];
}

/**
 * Compiles a WASI preview 1 program.
 *
 * @param path For messages, and the program's name.
 * @param bytes Of the file.
 * @throws {ConfigError} It is no such program; the message says what it is, and what to do.
 */
export async function loadProgram(path: string, bytes: Uint8Array, { memoryMb, folders }: ProgramSettings): Promise<LoadedApp> {
  const refuse = (why: string, cause?: unknown) => new ConfigError(null, `load app "${path}": ${why}`, cause);
  const foreign = foreignKind(bytes);
  if (foreign !== null) throw refuse(foreign);
  let module: WebAssembly.Module;
  try {
    module = await WebAssembly.compile(boundMemory(bytes, memoryMb * 2 ** 20) as Uint8Array<ArrayBuffer>);
  } catch (error) {
    throw refuse(error instanceof RangeError ? error.message : `it does not compile: ${(error as Error).message}`, error);
  }
  const misfit = misfitOf(module);
  if (misfit !== null) throw refuse(misfit);
  const reads = folders.length === 0 ? "" : `, reads ${folders.map(({ name }) => name).join(", ")}`;
  return {
    app: { kind: "wasm", program: { name: path, module, folders } },
    description: `WASI program, one instance a request, memory up to ${memoryMb} MB${reads}`,
  };
}

/** By the first bytes: the magic number, then 1 for a module, or a version with a layer of 1 for a component. */
function foreignKind(bytes: Uint8Array): string | null {
  const [nul, a, s, m, version, , layer] = bytes;
  if (nul !== 0 || a !== 0x61 || s !== 0x73 || m !== 0x6d) return 'it is no WebAssembly: it does not begin with "\\0asm"';
  if (layer === 1) {
    return "it is a component (WASI preview 2 or later), and heddle runs core modules of WASI preview 1; build it for wasm32-wasip1 (wasm32-wasi)";
  }
  return version === 1 ? null : `it is of WebAssembly's binary version ${version}, and not of 1`;
}

function misfitOf(module: WebAssembly.Module): string | null {
  const exported = new Map(WebAssembly.Module.exports(module).map(({ name, kind }) => [name, kind]));
  if (exported.get("_start") !== "function") {
    return exported.get("_initialize") === "function"
      ? "it exports no _start: it is a library (a WASI reactor); build it as a command, with a main()"
      : "it exports no _start: it is no WASI command; build it for wasm32-wasip1 (wasm32-wasi), with a main()";
  }
  if (exported.get("memory") !== "memory") return 'it exports no memory by the name of "memory", as each WASI program does';
  for (const { module: from, name, kind } of WebAssembly.Module.imports(module)) {
    if (from === "wasi_unstable") {
      return "it is built for wasi_unstable, which came before WASI preview 1; build it for wasm32-wasip1 (wasm32-wasi)";
    }
    if (from !== WASI_MODULE || kind !== "function" || !isWasiCall(name)) {
      return `it imports the ${kind} ${from}.${name}; heddle gives the functions of ${WASI_MODULE}, and no others`;
    }
  }
  return null;
}
