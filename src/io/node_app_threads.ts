import { availableParallelism } from "node:os";
import { MessageChannel, type MessagePort, Worker } from "node:worker_threads";
import type { AppThread, ThreadEvents, ThreadGlobals, Threads } from "../contract/app_threads.ts";
import { ConfigError } from "../errors.ts";
import { threadUrl } from "./thread_url.ts";

/**
 * Threads by `node:worker_threads`, which all three runtimes have (Deno 2.9, Bun 1.4). One that spins, or that stands in `Atomics.wait`, is ended within
 * 10 ms there; but one that spins in WebAssembly never on Bun (1.4.5).
 */
export function createNodeThreads(globals: ThreadGlobals): Threads {
  return { processors: availableParallelism(), start: (data, events) => new NodeThread({ ...data, globals }, events) };
}

/** What a thread gets from `createNodeThreads`. Not by a message: Deno 2.9 loses one that comes before somebody listens. */
export interface ThreadStart {
  readonly data: object;
  readonly inbox: MessagePort;
  /** Of messages to `inbox`: how many were posted, and how many the thread has taken. */
  readonly counts: Int32Array;
}

/** Places in the counts. */
export const POSTED = 0;
/** Places in the counts. */
export const TAKEN = 1;

/** @throws {ConfigError} Deno may not read the entry: what a thread imports is no part of the program, and needs a permission. */
function startWorker(workerData: ThreadStart): Worker {
  const entry = threadUrl("cli", import.meta.url);
  try {
    return new Worker(entry, { workerData, transferList: [workerData.inbox] });
  } catch (error) {
    if ((error as Error | null)?.name !== "NotCapable") throw error;
    const sources = decodeURIComponent(new URL("..", entry).pathname).replace(/\/$/, "");
    throw new ConfigError(null, `start a thread: reading heddle's sources is not permitted; give deno run --allow-read=${sources}`, error);
  }
}

class NodeThread implements AppThread {
  readonly #worker: Worker;
  /** A port of its own: only from such a one, and not from a thread's first, can Deno 2.9 receive without a turn of the loop. */
  readonly #inbox: MessagePort;
  /** One that stands still is woken by them: `Atomics.wait` takes no message. */
  readonly #counts = new Int32Array(new SharedArrayBuffer(8));
  readonly #gone: Promise<void>;
  #error: unknown = null;

  constructor(data: object, events: ThreadEvents) {
    const { port1, port2 } = new MessageChannel();
    this.#inbox = port1;
    this.#worker = startWorker({ data, inbox: port2, counts: this.#counts });
    this.#worker.on("message", (message: unknown) => events.message(message));
    // What it died of; its end comes after it.
    this.#worker.on("error", (error: unknown) => this.#error = error ?? new Error("a thread died of nothing"));
    this.#gone = new Promise((resolve) =>
      this.#worker.on("exit", () => {
        port1.close();
        resolve();
        events.ended(this.#error);
      })
    );
  }

  post(message: object, transfer: readonly ArrayBuffer[]): number {
    this.#inbox.postMessage(message, transfer as ArrayBuffer[]);
    const before = Atomics.add(this.#counts, POSTED, 1);
    Atomics.notify(this.#counts, POSTED);
    return before + 1;
  }

  get taken(): number {
    return Atomics.load(this.#counts, TAKEN);
  }

  async terminate(): Promise<void> {
    await this.#worker.terminate();
    await this.#gone;
  }
}
