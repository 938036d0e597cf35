import { parentPort, receiveMessageOnPort, workerData } from "node:worker_threads";
import type { ThreadPort } from "../contract/app_threads.ts";
import { POSTED, TAKEN, type ThreadStart } from "./node_app_threads.ts";

/**
 * A thread's own end, within one that `createNodeThreads` started.
 *
 * @throws {TypeError} This is no such thread.
 */
export function openThreadPort(): { readonly port: ThreadPort; readonly data: object } {
  const parent = parentPort;
  if (parent === null) throw new TypeError("open a thread's port: this is no thread");
  const { data, inbox, counts } = workerData as ThreadStart;
  return {
    data,
    port: {
      post: (message, transfer) => parent.postMessage(message, transfer as ArrayBuffer[]),
      listen: (heard) =>
        void inbox.on("message", (message: unknown) => {
          Atomics.add(counts, TAKEN, 1);
          heard(message);
        }),
      waitForMessage(timeoutMs) {
        const before = Atomics.load(counts, POSTED);
        const received = receiveMessageOnPort(inbox) as { readonly message: unknown } | undefined;
        if (received !== undefined) {
          Atomics.add(counts, TAKEN, 1);
          return received.message;
        }
        Atomics.wait(counts, POSTED, before, timeoutMs);
        return undefined;
      },
    },
  };
}
