import { process } from "../io/node_process.ts";

/** An option of JavaScriptCore's, which it reads when it starts, and from its environment alone. */
const OPTION = "BUN_JSC_useWasmFastMemory";

/**
 * On Bun, begins the process anew, with the same number and descriptors, where it would give each instance of a program a memory that needs no checks of
 * bounds but 4 GiB of address space. There are a few of those; for one more all of the heap is collected: an instance takes 12 to 19 ms so, and
 * 0.1 ms otherwise (Bun 1.4.5, 300 and 1,000 at once). Does nothing where the option is set, whatever it is set to.
 */
export function avoidFastMemory(): void {
  if (process.versions.bun === undefined || process.env[OPTION] !== undefined || process.execve === undefined) return;
  // In a binary of `bun build --compile` the script is none that could be named again.
  const args = process.argv[1]?.startsWith("/$bunfs/") ? process.argv.slice(2) : [...process.execArgv, ...process.argv.slice(1)];
  process.execve(process.execPath, [process.execPath, ...args], { ...process.env, [OPTION]: "false" });
}
