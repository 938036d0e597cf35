import { once } from "node:events";
import { rm } from "node:fs/promises";
import { Worker } from "node:worker_threads";
import { ConfigError } from "../errors.ts";
import { threadUrl } from "../io/thread_url.ts";
import type { CompressJob, CompressOutcome } from "./job.ts";

/** How jobs are run. */
export interface PoolOptions {
  /** Threads. */
  readonly threads: number;
  /** Called with each job that is over. */
  done(job: CompressJob, outcome: CompressOutcome): void;
  /** Ends it at once: what was begun is removed, what was done stays. */
  readonly signal: AbortSignal;
}

/**
 * Runs jobs in threads. Not by the runtime's own pool: Deno compresses on the thread that asks (2.9.6), and Bun one file at a time (1.4.5).
 *
 * @throws {ConfigError} A thread could not be started.
 * @throws {Error} One failed.
 */
export async function runJobs(jobs: readonly CompressJob[], { threads, done, signal }: PoolOptions): Promise<void> {
  const queue = jobs.values();
  await Promise.all(Array.from({ length: Math.min(threads, jobs.length) }, async () => {
    const worker = startWorker();
    try {
      for (const job of queue) {
        worker.postMessage(job);
        const outcome = await answerOf(worker, signal);
        if (outcome === null) {
          await worker.terminate();
          await rm(job.temporary, { force: true });
          return;
        }
        done(job, outcome);
      }
    } finally {
      await worker.terminate();
    }
  }));
}

/** Deno throws for a module that may not be read. */
function startWorker(): Worker {
  try {
    return new Worker(threadUrl("precompress", import.meta.url));
  } catch (error) {
    throw new ConfigError(null, `start a thread that compresses: ${error instanceof Error ? error.message : String(error)}`, error);
  }
}

/** Null once the signal has come. */
async function answerOf(worker: Worker, signal: AbortSignal): Promise<CompressOutcome | null> {
  const over = new AbortController();
  const options = { signal: AbortSignal.any([signal, over.signal]) };
  try {
    // By `once` an "error" rejects, too.
    const ended = once(worker, "exit", options).then(() => Promise.reject(new Error("a thread that compresses has ended")));
    const [outcome] = await Promise.race([once(worker, "message", options), ended]) as [CompressOutcome];
    return outcome;
  } catch (error) {
    if (signal.aborted) return null;
    throw error;
  } finally {
    over.abort();
  }
}
