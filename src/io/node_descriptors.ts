import { fstatSync, readFileSync, type Stats } from "node:fs";
import { brokenError } from "./broken_error.ts";
import type { RuntimeGlobals } from "./runtime_types.ts";

/** What the kernel allows this process; Linux only. */
const LIMITS = "/proc/self/limits";

/** @returns How many files and sockets this process may have open (RLIMIT_NOFILE); null where that cannot be found out. */
export function descriptorLimit({ Deno }: RuntimeGlobals): number | null {
  // To ask for a permission that was not given would stop the process with a question.
  if (Deno !== undefined && Deno.permissions.querySync({ name: "read", path: LIMITS }).state !== "granted") return null;
  try {
    const soft = /^Max open files\s+(\d+)/m.exec(readFileSync(LIMITS, "utf8"))?.[1];
    return soft === undefined ? null : Number(soft);
  } catch {
    return null;
  }
}

/**
 * Whether a descriptor is a pipe, and not a socket.
 *
 * @param attempt What it is wanted for, for the error.
 * @throws {BrokenError} It is neither, or not open.
 */
export function isPipe(fd: number, attempt: string): boolean {
  const found = statOf(fd, attempt);
  if (found.isFIFO()) return true;
  if (found.isSocket()) return false;
  throw brokenError(attempt, new Error("it is neither a pipe nor a socket"));
}

function statOf(fd: number, attempt: string): Stats {
  try {
    return fstatSync(fd);
  } catch (error) {
    throw brokenError(attempt, error);
  }
}
