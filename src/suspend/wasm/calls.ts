import { WASI_CALLS, WASI_MODULE, type WasiCall } from "../../app/wasi_calls.ts";
import { ERRNO } from "./errno.ts";
import { fileCalls } from "./file_calls.ts";
import type { Guest } from "./guest.ts";
import type { WasmFunction } from "./jspi.ts";
import { pollCall } from "./poll_call.ts";
import { processCalls } from "./process_calls.ts";
import { streamCalls } from "./stream_calls.ts";

/** Some of the functions that a program imports; they give numbers, and those that may wait `Waited` ones. */
export type Calls = Partial<Readonly<Record<WasiCall, WasmFunction>>>;

/** Makes an import of a call that may wait. */
export type SuspendingImport = (call: WasmFunction) => WebAssembly.ImportValue;

/**
 * What may suspend a program. Each call of such an import costs a turn of the microtask queue, even of one that returns a number (Deno 2.9, Bun 1.4,
 * Node 24), and 0.2 to 0.9 us: so the others are none.
 */
const SUSPENDING: ReadonlySet<WasiCall> = new Set<WasiCall>(
  ["fd_pread", "fd_read", "fd_readdir", "fd_write", "path_filestat_get", "path_open", "poll_oneoff", "sched_yield"],
);

/** What changes files, which none are given for, or nothing here. */
const REFUSED: Readonly<Partial<Record<WasiCall, number>>> = {
  fd_advise: ERRNO.SUCCESS,
  fd_allocate: ERRNO.EROFS,
  fd_filestat_set_size: ERRNO.EROFS,
  fd_filestat_set_times: ERRNO.EROFS,
  fd_pwrite: ERRNO.EROFS,
  fd_datasync: ERRNO.SUCCESS,
  fd_sync: ERRNO.SUCCESS,
  path_create_directory: ERRNO.EROFS,
  path_filestat_set_times: ERRNO.EROFS,
  path_link: ERRNO.EROFS,
  path_remove_directory: ERRNO.EROFS,
  path_rename: ERRNO.EROFS,
  path_symlink: ERRNO.EROFS,
  path_unlink_file: ERRNO.EROFS,
};

/** Makes what a program imports. @param names Of its imports. */
export function importsOf(guest: Guest, names: readonly WasiCall[], suspending: SuspendingImport): WebAssembly.Imports {
  const calls: Calls = { ...processCalls(guest), ...streamCalls(guest), ...fileCalls(guest), poll_oneoff: pollCall(guest) };
  const imports: Record<string, WebAssembly.ImportValue> = {};
  for (const name of names) {
    const call = calls[name];
    if (call === undefined) imports[name] = () => REFUSED[name] ?? ERRNO.ENOTSUP;
    else if (SUSPENDING.has(name)) imports[name] = suspending(checked(guest, call));
    else imports[name] = call as WebAssembly.ImportValue;
  }
  return { [WASI_MODULE]: imports };
}

/** The functions that a module imports. */
export function importedCalls(module: WebAssembly.Module): readonly WasiCall[] {
  const imported = new Set(WebAssembly.Module.imports(module).map(({ name }) => name));
  return WASI_CALLS.filter((name) => imported.has(name));
}

/** A program that was stopped ends at its next such call, whatever it did about the last one. */
function checked(guest: Guest, call: WasmFunction): WasmFunction {
  return (...args) => {
    guest.check();
    return call(...args);
  };
}
