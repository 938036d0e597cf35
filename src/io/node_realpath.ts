import { lstat, realpath } from "node:fs/promises";
import { process } from "./node_process.ts";

/** What `followPath` asks of the system, each of which rejects with its error. */
export interface PathCalls {
  realpath(path: string): Promise<string>;
  /** Rejects where nothing has that name; a link that leads nowhere is something. */
  lstat(path: string): Promise<unknown>;
}

/** Of files that were replaced as fast as it could be, one look in 100 failed. */
const LOOKS = 5;

/**
 * The path without links. Bun's says `ENOENT` of a file that another is renamed over meanwhile (1.4.5), as it opens the file and asks by what name: it is
 * looked for again while something has the name.
 *
 * @throws What the system says (as a rejection).
 */
export async function followPath(path: string, calls: PathCalls): Promise<string> {
  for (let look = 1;; look++) {
    try {
      return await calls.realpath(path);
    } catch (error) {
      if (look === LOOKS || (error as { readonly code?: unknown }).code !== "ENOENT") throw error;
      await calls.lstat(path);
    }
  }
}

/** The path without links, as this runtime finds it. */
export const nodeRealpath: (path: string) => Promise<string> = process.versions.bun === undefined
  ? realpath
  : (path) => followPath(path, { realpath, lstat });
