import { process } from "./node_process.ts";

/** @returns The one before; null where it cannot be set: Deno would ask whoever is at the terminal, and a worker thread has none of its own. */
export function setUmask(mask: number): number | null {
  if (process.versions.deno !== undefined) return null;
  try {
    return process.umask(mask);
  } catch {
    return null;
  }
}
