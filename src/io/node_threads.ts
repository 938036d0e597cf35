import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import type { Thread, ThreadEvents, ThreadGlobals, Threads } from "../contract/threads.ts";
import { ConfigError } from "../errors.ts";

/**
 * Threads by `node:worker_threads`, which all three runtimes have (Deno 2.9, Bun 1.4). One that spins, or that stands in `Atomics.wait`, is ended within
 * 10 ms there.
 */
export function createNodeThreads(globals: ThreadGlobals): Threads {
  return { processors: availableParallelism(), start: (data, events) => new NodeThread({ ...data, globals }, events) };
}

/** From a module two folders deep, as this one and those that it is joined to for Node 20 are. */
function entryUrl(): URL {
  return new URL(`../cli/thread.${import.meta.url.endsWith(".js") ? "js" : "ts"}`, import.meta.url);
}

/** @throws {ConfigError} Deno may not read the entry: what a thread imports is no part of the program, and needs a permission. */
function startWorker(data: object): Worker {
  const entry = entryUrl();
  try {
    return new Worker(entry, { workerData: data });
  } catch (error) {
    if ((error as Error | null)?.name !== "NotCapable") throw error;
    const sources = decodeURIComponent(new URL("..", entry).pathname).replace(/\/$/, "");
    throw new ConfigError(null, `start a thread: reading heddle's sources is not permitted; give deno run --allow-read=${sources}`, error);
  }
}

class NodeThread implements Thread {
  readonly #worker: Worker;
  readonly #gone: Promise<void>;
  #error: unknown = null;

  constructor(data: object, events: ThreadEvents) {
    this.#worker = startWorker(data);
    this.#worker.on("message", (message: unknown) => events.message(message));
    // What it died of; its end comes after it.
    this.#worker.on("error", (error: unknown) => this.#error = error ?? new Error("a thread died of nothing"));
    this.#gone = new Promise((resolve) =>
      this.#worker.on("exit", () => {
        resolve();
        events.ended(this.#error);
      })
    );
  }

  post(message: object, transfer: readonly ArrayBuffer[]): void {
    this.#worker.postMessage(message, transfer as ArrayBuffer[]);
  }

  async terminate(): Promise<void> {
    await this.#worker.terminate();
    await this.#gone;
  }
}
