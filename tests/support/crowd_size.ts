import { readFile } from "node:fs/promises";

/** Descriptors left to the runtime itself. */
const SPARE = 200;

/**
 * How many connections a test may have open with both of their ends in its process, where each end takes a descriptor.
 *
 * @param wanted So many, if the process's limit (`ulimit -n`, where /proc tells it) suffices.
 */
export async function crowdSize(wanted: number): Promise<number> {
  const limits = await readFile("/proc/self/limits", "utf8").catch(() => "");
  const soft = /^Max open files\s+(\d+)/m.exec(limits)?.[1];
  return soft === undefined ? wanted : Math.min(wanted, Math.floor((Number(soft) - SPARE) / 2));
}
