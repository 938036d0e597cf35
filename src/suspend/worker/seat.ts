import type { ClockTimer } from "../../contract/clock.ts";
import type { AppThread, ThreadEvents, Threads } from "../../contract/app_threads.ts";
import { BrokenError, ClosedError, ConfigError } from "../../errors.ts";
import type { Job, JobThread } from "./job.ts";
import { overOutcome } from "./job_sockets.ts";
import { packError, unpackError } from "./packed_error.ts";
import type { FromThread, OfRequest, ThreadData, ToThread } from "./protocol.ts";

/** Who has the seats. */
export interface SeatOwner {
  /** Its thread has loaded its app, and has no request. */
  free(seat: Seat): void;
  /** Its thread is gone, and so is the seat. @param job The request that it had, which fails. */
  gone(seat: Seat, job: Job | null, error: Error): void;
  /** A request that a thread has never taken, which is gone. */
  again(job: Job): void;
  /** Its thread is about to be gone. */
  ending(gone: Promise<void>): void;
  /** What its thread told that belongs to no request. */
  tell(error: unknown): void;
  after(ms: number, expired: () => void): ClockTimer;
}

/** A loop that turns says within milliseconds that it does; a slow slice of an app's, or a full collection, takes it no longer. */
const TURN_MS = 1000;

/** A program that waits is woken by a message, and ends within milliseconds. */
const STOP_MS = 200;

/** One thread, and the request that it has. */
export class Seat implements ThreadEvents, JobThread {
  /** Fulfils with what its app was taken for; rejects if it did not load. */
  readonly ready: Promise<string>;
  readonly #owner: SeatOwner;
  readonly #thread: AppThread;
  /** Those whose messages matter. */
  readonly #jobs = new Map<number, Job>();
  #job: Job | null = null;
  /** It is over, but what it left behind may fail. */
  #last: Job | null = null;
  /** Its thread has loaded its app. */
  loaded = false;
  #gone = false;
  #turn: ClockTimer | null = null;
  /** Which message the last request began by. */
  #begun = 0;
  #resolve: (description: string) => void = () => {};
  #reject: (error: Error) => void = () => {};

  constructor(threads: Threads, data: ThreadData, owner: SeatOwner) {
    this.#owner = owner;
    this.ready = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    // Of a later thread nobody asks: its request fails.
    this.ready.catch(() => {});
    this.#thread = threads.start(data, this);
  }

  /** Takes a request; the last one is over. */
  take(job: Job): void {
    if (this.#last?.done === true) this.#jobs.delete(this.#last.id);
    this.#last = null;
    this.#job = job;
    this.#jobs.set(job.id, job);
    job.begin(this);
  }

  has(job: Job): boolean {
    return this.#job === job;
  }

  post(message: ToThread, transfer: readonly ArrayBuffer[] = []): void {
    if (this.#gone) return;
    const number = this.#thread.post(message, transfer);
    if (message.type === "begin") this.#begun = number;
  }

  free(job: Job): void {
    if (this.#job !== job) return;
    this.#turn?.cancel();
    this.#last = job;
    this.#job = null;
    if (!this.#gone) this.#owner.free(this);
  }

  expect(job: Job): void {
    this.#turn = this.#owner.after(TURN_MS, () => {
      if (this.#job === job) this.end(new BrokenError("end a request: its thread's loop does not turn"));
    });
  }

  message(message: unknown): void {
    // An app may have posted it, which knows of no such messages.
    if (typeof message !== "object" || message === null) return;
    const heard = message as FromThread;
    switch (heard.type) {
      case "ready":
        if (this.loaded || this.#gone) return;
        this.loaded = true;
        this.#resolve(heard.description);
        this.#owner.free(this);
        return;
      case "unloaded":
        this.end(new ConfigError(null, unpackError(heard.error).message));
        return;
      case "rejection":
        this.#owner.tell(unpackError(heard.error));
        return;
      default: {
        const job = this.#jobs.get(heard.id);
        if (job === undefined) this.#late(heard);
        else {
          job.heard(heard);
          if (job.done && job !== this.#last) this.#jobs.delete(heard.id);
        }
      }
    }
  }

  /** Of a request that is long over only its errors matter, and what it would wait for. */
  #late(message: OfRequest): void {
    if (message.type === "told") this.#owner.tell(unpackError(message.error));
    else if (message.type === "ask") this.post({ type: "outcome", id: message.id, ask: message.ask, outcome: overOutcome() });
    else if (message.type === "read") this.post({ type: "bodyFailed", id: message.id, error: packError(answeredError()) });
  }

  ended(error: unknown): void {
    const job = this.#job;
    const returns = job !== null && this.#thread.taken < this.#begun && job.unbegin();
    if (returns) {
      this.#job = null;
      this.#jobs.delete(job.id);
    }
    this.#lose(this.loaded ? threadError(error) : startError(error));
    if (returns) this.#owner.again(job);
  }

  /** Ends the thread; its request fails with the error. */
  end(error: Error): void {
    this.#lose(error);
    this.#owner.ending(this.#thread.terminate());
  }

  /**
   * Has a program end where it waits, and ends the thread only for one that computes: on Deno (2.9.6) each thread that is ended while it runs code leaves
   * another thread, six descriptors and 18 MB for good.
   */
  stopFor(job: Job, error: Error): void {
    job.stop(error);
    this.#turn?.cancel();
    this.#turn = this.#owner.after(STOP_MS, () => {
      if (this.#job === job) this.endFor(job, error);
    });
  }

  /** Ends the thread for its request, whose core is lost until the thread is gone: in a call of the system's it may be for ever. */
  endFor(job: Job, error: Error): void {
    this.#jobs.delete(job.id);
    this.#lose(error);
    const gone = this.#thread.terminate();
    this.#owner.ending(gone);
    void gone.then(() => job.lose(error));
  }

  #lose(error: Error): void {
    if (this.#gone) return;
    this.#gone = true;
    this.#turn?.cancel();
    const job = this.#job;
    this.#job = null;
    this.#reject(error);
    this.#owner.gone(this, job, error);
    for (const job of this.#jobs.values()) job.lose(error);
    this.#jobs.clear();
  }
}

function answeredError(): ClosedError {
  return new ClosedError("read a request's body: its answer is complete");
}

function startError(error: unknown): Error {
  const what = error === null ? "process.exit() was called" : error instanceof Error ? error.message : String(error);
  return new ConfigError(null, `start a thread: it ended before its app was loaded: ${what}`, error ?? undefined);
}

function threadError(error: unknown): Error {
  if (error === null) return new Error("serve a request: its thread has ended by itself; process.exit() ends a thread and not the server");
  return error instanceof Error ? error : new Error(`serve a request: its thread died of ${String(error)}`);
}
