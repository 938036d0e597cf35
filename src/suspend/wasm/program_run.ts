import type { WasiCall } from "../../app/wasi_calls.ts";
import type { WasmProgram } from "../../contract/app.ts";
import type { CoreContext } from "../../contract/engine.ts";
import { TEXT_FIELDS } from "../../http/common_fields.ts";
import { importedCalls, importsOf, type SuspendingImport } from "./calls.ts";
import type { Guest } from "./guest.ts";
import { holdsNul } from "./guest_environment.ts";
import type { WasmFunction } from "./jspi.ts";
import { failureOf, ProgramExit } from "./program_error.ts";

/** By module. */
const calls = new WeakMap<WebAssembly.Module, readonly WasiCall[]>();

/**
 * Makes an instance of a program for a request.
 *
 * @param suspending Makes an import of a call that may wait.
 * @returns Where it begins.
 */
export function instantiate(guest: Guest, { module }: WasmProgram, suspending: SuspendingImport): WasmFunction {
  let names = calls.get(module);
  if (names === undefined) calls.set(module, names = importedCalls(module));
  const { exports } = new WebAssembly.Instance(module, importsOf(guest, names, suspending));
  guest.memory.memory = exports.memory as WebAssembly.Memory;
  return exports._start as WasmFunction;
}

/** Answers a request that no program can be run for. @returns Whether it is one. */
export function refuse({ reply, yieldEnv }: CoreContext): boolean {
  if (!holdsNul(yieldEnv)) return false;
  reply.start(400, "", TEXT_FIELDS);
  reply.write("a NUL in a path\n", true);
  reply.end();
  return true;
}

/** A program has come to its end: so does its request. */
export function endProgram({ reply }: CoreContext, guest: Guest): void {
  guest.end();
  try {
    guest.output.end();
  } catch (error) {
    reply.fail(error, 502);
  }
}

/** A program has ended by what was thrown through it. */
export function failProgram(request: CoreContext, guest: Guest, { name }: WasmProgram, error: unknown): void {
  if (error instanceof ProgramExit && error.code === 0) return endProgram(request, guest);
  guest.end();
  request.reply.fail(failureOf(error, name), 502);
}
