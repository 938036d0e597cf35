import type { App, Env, ModuleApp, WasmApp } from "../../contract/app.ts";
import type { Clock } from "../../contract/clock.ts";
import type { CoreContext, CoreTask, Scheduler, SuspendEngine } from "../../contract/engine.ts";
import type { Threads } from "../../contract/app_threads.ts";
import type { RegisteredWait, Woken } from "../../contract/waiting.ts";
import { outsideRequests } from "../../core/current.ts";
import { BrokenError, ClosedError, type HarakiriError } from "../../errors.ts";
import { Job } from "./job.ts";
import type { PackedApp, ThreadData } from "./protocol.ts";
import { Seat, type SeatOwner } from "./seat.ts";

/** What the worker engine needs. */
export interface WorkerOptions {
  readonly threads: Threads;
  /** Where turns of the event loop come from. */
  readonly clock: Pick<Clock, "nextTurn">;
  /** Most threads: as many as there are cores. */
  readonly most: number;
  /** An app that threads can run. */
  readonly app: ModuleApp | WasmApp;
  /** What apps get as `env`; null for the environment variables. */
  readonly env: Env | null;
  readonly sliceMs: number;
  readonly bodyMostBytes: number;
  /** Hears that the loop is about to be held by the start of a thread, and that it was. */
  held(isHeld: boolean): void;
  /** Hears of an error that belongs to no request. */
  tell(error: unknown): void;
}

/** One that spins, or stands still, is gone within 10 ms, on a busy machine in a second; one in a call of the system's only when that returns. */
const GONE_MS = 2000;

/**
 * The engine of threads, one for each core that is in use: what blocks in one, or never ends, holds up no other. Each loads the app's module and has
 * state of its own, or runs instances of its program. The first is started with the server, so that an app that does not load is told of, the others when a request finds none free; they are
 * kept, and one that died with a request, or was ended by harakiri, is replaced at once.
 *
 * @param scheduler Of the answers' way to their clients; a thread has one of its own.
 */
export function createWorkerEngine(scheduler: Scheduler, options: WorkerOptions): SuspendEngine {
  return new WorkerEngine(scheduler, options);
}

class WorkerEngine implements SuspendEngine, SeatOwner {
  readonly name = "worker";
  readonly settleMs = GONE_MS;
  readonly #scheduler: Scheduler;
  readonly #options: WorkerOptions;
  readonly #data: ThreadData;
  readonly #seats = new Set<Seat>();
  /** The last one that became free comes first: so those that are not needed stay unstarted. */
  readonly #idle: Seat[] = [];
  /** Requests that have their cores, while threads load their apps, or have not said that their loops turn. */
  readonly #waiting = new Set<Job>();
  readonly #ending = new Set<Promise<void>>();
  /** Threads to be started though nobody waits for them yet. */
  #replacements = 0;
  /** One was started in this turn of the loop. */
  #starts = false;
  #ids = 0;
  #closed = false;

  constructor(scheduler: Scheduler, options: WorkerOptions) {
    const { app, env, sliceMs, bodyMostBytes } = options;
    this.#scheduler = scheduler;
    this.#options = options;
    this.#data = { app: packApp(app), env: env === null ? null : { ...env }, sliceMs, bodyMostBytes };
  }

  accepts(app: App): boolean {
    return app.kind === "module" || app.kind === "wasm";
  }

  async open(): Promise<void> {
    await this.#start().ready;
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const job of this.#waiting) job.lose(closedError());
    this.#waiting.clear();
    for (const seat of [...this.#seats]) seat.end(closedError());
    if (this.#ending.size > 0) await this.#gone();
  }

  #gone(): Promise<void> {
    return new Promise((resolve) => {
      const timer = this.#scheduler.after(GONE_MS, () => {
        const count = this.#ending.size;
        this.tell(new BrokenError(`end ${count} ${count === 1 ? "thread" : "threads"}: in a call of the system's that has not returned`));
        resolve();
      });
      void Promise.all(this.#ending).then(() => {
        timer.cancel();
        resolve();
      });
    });
  }

  start(request: CoreContext): void {
    const job = new Job(this.#ids++, request, this.#scheduler);
    request.task.kept = job;
    this.#place(job);
  }

  #place(job: Job): void {
    if (this.#closed) return job.lose(closedError());
    const seat = this.#idle.pop();
    if (seat !== undefined) return seat.take(job);
    if (job.leaves(() => this.#waiting.delete(job))) return;
    this.#waiting.add(job);
    this.#startMore();
  }

  /**
   * Starts threads for those that wait; any other that becomes free before may take them. One a turn of the loop: on Deno (2.9.6) a start holds it, for half
   * a second on a busy machine.
   */
  #startMore(): void {
    if (this.#starts || this.#closed || !this.#wantsMore() || !this.#startLater()) return;
    this.#starts = true;
    outsideRequests(() => {
      this.#options.clock.nextTurn(() => {
        this.#starts = false;
        this.#startMore();
      });
    });
  }

  #wantsMore(): boolean {
    if (this.#seats.size >= this.#options.most) {
      this.#replacements = 0;
      return false;
    }
    let starting = 0;
    for (const seat of this.#seats) if (!seat.loaded) starting++;
    if (starting < this.#waiting.size) return true;
    if (this.#replacements === 0) return false;
    this.#replacements--;
    return true;
  }

  /** @returns False where no thread can be had now: for those that wait there may be one that is free later. */
  #startLater(): boolean {
    try {
      this.#start();
      return true;
    } catch (error) {
      if (this.#seats.size > 0) this.tell(error);
      else for (const job of this.#waiting) this.#fail(job, error);
      return false;
    }
  }

  #start(): Seat {
    this.#options.held(true);
    try {
      const seat = new Seat(this.#options.threads, this.#data, this);
      this.#seats.add(seat);
      return seat;
    } finally {
      this.#options.held(false);
    }
  }

  free(seat: Seat): void {
    const [job] = this.#waiting;
    if (job === undefined) this.#idle.push(seat);
    else {
      this.#waiting.delete(job);
      seat.take(job);
    }
  }

  again(job: Job): void {
    this.#place(job);
  }

  gone(seat: Seat, job: Job | null, error: Error): void {
    this.#seats.delete(seat);
    const index = this.#idle.indexOf(seat);
    if (index >= 0) this.#idle.splice(index, 1);
    if (this.#closed) return;
    if (!seat.loaded) this.#failFirst(error);
    // Its core is about to be free, and the next request is not to wait for a thread.
    if (job !== null) this.#replacements++;
    this.#startMore();
  }

  /** An app that does not load any more must not keep requests waiting. */
  #failFirst(error: Error): void {
    const [job] = this.#waiting;
    if (job !== undefined) this.#fail(job, error);
  }

  #fail(job: Job, error: unknown): void {
    this.#waiting.delete(job);
    job.lose(error instanceof Error ? error : new Error(`start a thread: ${String(error)}`));
  }

  tell(error: unknown): void {
    this.#options.tell(error);
  }

  after(ms: number, expired: () => void): { cancel(): void } {
    return this.#scheduler.after(ms, expired);
  }

  ending(gone: Promise<void>): void {
    const ending = gone.finally(() => this.#ending.delete(ending));
    this.#ending.add(ending);
  }

  resume(task: CoreTask): void {
    jobOf(task).waits.fulfil();
  }

  register(task: CoreTask, wait: RegisteredWait): void {
    jobOf(task).waits.register(wait);
  }

  giveWay(task: CoreTask): Promise<void> {
    return jobOf(task).waits.giveWay();
  }

  suspend(task: CoreTask): Promise<Woken> {
    return jobOf(task).waits.suspend();
  }

  sleep(task: CoreTask, ms: number): Promise<void> {
    return jobOf(task).waits.sleep(ms);
  }

  kill(task: CoreTask, reason: HarakiriError): void {
    const job = jobOf(task);
    job.waits.reject(reason);
    this.#waiting.delete(job);
    for (const seat of this.#seats) {
      if (seat.has(job)) return this.#options.app.kind === "wasm" ? seat.stopFor(job, reason) : seat.endFor(job, reason);
    }
    job.lose(reason);
  }
}

function packApp(app: ModuleApp | WasmApp): PackedApp {
  if (app.kind === "module") return app;
  const { name, module, folders } = app.program;
  return { kind: "wasm", name, module, folders: folders.map(({ name, path }) => ({ name, path })) };
}

function jobOf(task: CoreTask): Job {
  const job = task.kept as Job | null;
  if (job === null) throw new Error("resume a request in a thread: it was never started");
  return job;
}

function closedError(): ClosedError {
  return new ClosedError("serve a request: the server is closed");
}
