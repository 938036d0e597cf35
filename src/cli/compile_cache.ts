import * as module from "node:module";
import { fileURLToPath } from "node:url";

/** Of `node:module`, since Node 22.1. */
interface CompileCache {
  enableCompileCache?(directory: string): unknown;
}

/**
 * Lets Node keep compiled modules from one start to the next, without their types where they are TypeScript: stripping them is most of a
 * start from a checkout. They go to `node_modules/.cache/heddle`: what may be written there may be written to heddle itself, and Node's own default
 * below `/tmp` is anyone's. Where the folder cannot be written, nothing is kept.
 */
export function enableCompileCache(): void {
  const here = fileURLToPath(import.meta.url);
  const installed = here.lastIndexOf("/node_modules/");
  const root = installed === -1 ? fileURLToPath(new URL("../..", import.meta.url)) : here.slice(0, installed + 1);
  (module as CompileCache).enableCompileCache?.(`${root}node_modules/.cache/heddle`);
}
