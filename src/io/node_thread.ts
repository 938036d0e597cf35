/** What a thread of heddle's has of its process. */
import { writeSync } from "node:fs";
import { parentPort, workerData } from "node:worker_threads";
import { process } from "./node_process.ts";

/** What the thread was started with. */
export function threadData(): unknown {
  return workerData;
}

/** Says that it runs: whoever started it waits for that. */
export function tellRunning(): void {
  parentPort?.postMessage(null);
}

/** Writes to standard error past the event loop: what a worker's console writes goes by way of the main thread (Node, Bun), which may be blocked. */
export function writeErrorSync(text: string): void {
  try {
    writeSync(2, text);
  } catch {
    // Full, or nobody reads it: what is to be done is done all the same.
  }
}

/** Ends the whole process at once, with the status 137: `process.exit` would end the thread alone, and `process.abort` is refused. */
export function killProcess(): void {
  process.kill(process.pid, "SIGKILL");
}
