import { parentPort, workerData } from "node:worker_threads";
import type { ThreadPort } from "../contract/threads.ts";

/**
 * A thread's own end, within one that `createNodeThreads` started.
 *
 * @throws {TypeError} This is no such thread.
 */
export function openThreadPort(): { readonly port: ThreadPort; readonly data: unknown } {
  const port = parentPort;
  if (port === null) throw new TypeError("open a thread's port: this is no thread");
  return {
    data: workerData,
    port: {
      post: (message, transfer) => port.postMessage(message, transfer as ArrayBuffer[]),
      listen: (heard) => void port.on("message", heard),
    },
  };
}
