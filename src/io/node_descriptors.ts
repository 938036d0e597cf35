import { readFileSync } from "node:fs";
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
