import { Worker } from "node:worker_threads";
import type { Thread, ThreadModule } from "../contract/threads.ts";
import { threadUrl } from "./thread_url.ts";

/** Starts a module of heddle's in a thread of its own (`StartThread`), on all three runtimes. */
export function startNodeThread(module: ThreadModule, data: unknown, failed: (error: unknown) => void): Promise<Thread> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(threadUrl(module, import.meta.url), { workerData: data });
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
