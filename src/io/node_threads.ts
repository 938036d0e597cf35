import { Worker } from "node:worker_threads";
import type { Thread, ThreadModule } from "../contract/threads.ts";

/** Where a binary of Bun's has its modules. */
const BINARY_ROOT = "/$bunfs/root/";

/** Starts a module of heddle's in a thread of its own (`StartThread`), on all three runtimes. */
export function startNodeThread(module: ThreadModule, data: unknown, failed: (error: unknown) => void): Promise<Thread> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(fileOf(module), { workerData: data });
    let tell = reject;
    worker.on("error", (error) => tell(error));
    worker.on("exit", (code) => tell(new Error(`the thread ended with ${code}`)));
    worker.once("message", () => {
      let over = false;
      tell = (error) => {
        if (!over) failed(error);
        over = true;
      };
      // Not before: until it runs nothing else may hold the process.
      worker.unref();
      resolve({
        end() {
          over = true;
          void worker.terminate();
        },
      });
    });
  });
}

/**
 * This module is imported dynamically alone: so it is in a folder of `src` in the npm package too, whose modules are joined. In a binary of Bun's all
 * modules are one, beside which threads' modules have the places that they had below `src` (1.4.5).
 */
function fileOf(module: ThreadModule): URL {
  const here = import.meta.url;
  const inBinary = here.indexOf(BINARY_ROOT);
  if (inBinary >= 0) return new URL(`${here.slice(0, inBinary)}${BINARY_ROOT}${module}/thread.js`);
  return new URL(`../${module}/thread.${here.endsWith(".ts") ? "ts" : "js"}`, here);
}
