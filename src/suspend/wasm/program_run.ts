import type { WasiCall } from "../../app/wasi_calls.ts";
import type { WasmProgram } from "../../contract/app.ts";
import type { CoreContext } from "../../contract/engine.ts";
import { TEXT_FIELDS } from "../../http/common_fields.ts";
import { detectRuntime } from "../../io/runtime.ts";
import { importedCalls, importsOf, type SuspendingImport } from "./calls.ts";
import { DeadMemories } from "./dead_memories.ts";
import type { Guest } from "./guest.ts";
import { holdsNul } from "./guest_environment.ts";
import type { WasmFunction } from "./jspi.ts";
import { failureOf, ProgramError, ProgramExit } from "./program_error.ts";
import { type ProgramStart, redirected } from "./program_start.ts";

/** Local redirects of one request, as Apache httpd's LimitInternalRecursion. */
const MOST_REDIRECTS = 10;

/** By module. */
const calls = new WeakMap<WebAssembly.Module, readonly WasiCall[]>();

/** Of this thread. */
const deadMemories = detectRuntime().name === "deno" ? new DeadMemories() : null;

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

/**
 * A program has come to its end: so does its request, if it was no local redirect.
 *
 * @returns What is to be run for the request now; null for nothing.
 */
export function endProgram(start: ProgramStart, guest: Guest): ProgramStart | null {
  const { reply } = start.request;
  endGuest(guest);
  try {
    const target = guest.output.end();
    if (target === null) return null;
    const next = redirected(start, target);
    if (next.redirects > MOST_REDIRECTS) throw badRedirect(`there were ${MOST_REDIRECTS} before it`);
    if (holdsNul(next.env)) throw badRedirect("a NUL in a path");
    if (!reply.closed) return next;
    reply.end();
  } catch (error) {
    reply.fail(error, 502);
  }
  return null;
}

function endGuest(guest: Guest): void {
  guest.end();
  deadMemories?.add(guest.memory.view.byteLength);
}

function badRedirect(why: string): ProgramError {
  return new ProgramError(`follow a program's local redirect: ${why}`);
}

/** A program has ended by what was thrown through it. @returns As `endProgram`. */
export function failProgram(start: ProgramStart, guest: Guest, error: unknown): ProgramStart | null {
  if (error instanceof ProgramExit && error.code === 0) return endProgram(start, guest);
  endGuest(guest);
  start.request.reply.fail(failureOf(error, start.program.name), 502);
  return null;
}
