import { chown } from "node:fs/promises";

/** Gives a file away; null leaves that part as it is, for which chown(2) has -1. */
export function chownFile(path: string, uid: number | null, gid: number | null): Promise<void> {
  return chown(path, uid ?? -1, gid ?? -1);
}
