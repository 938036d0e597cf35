import { type ChunkIterator, openYieldApp } from "../app/yield_app.ts";
import type { App, YieldChunk } from "../contract/app.ts";
import type { CoreContext, CoreTask, Reply, Scheduler, SuspendEngine } from "../contract/engine.ts";
import type { RegisteredWait, Woken } from "../contract/waiting.ts";
import { isThenable } from "../app/thenable.ts";
import { enterCore } from "../core/current.ts";
import type { HarakiriError } from "../errors.ts";
import { addWaitCalls, noteWoken } from "./wait_env.ts";
import { RESUMED, Waits } from "./waits.ts";

/**
 * The engine of yield apps, after uWSGI's: each chunk that the app yields is one slice, after which the core goes to the run queue's
 * tail and another one runs. `yield ""` gives way and sends nothing, and gives what `suspend()` does: what registered target was ready. After `sleep(ms)` without an await, the next yield is the sleep, as with
 * uWSGI's `async_sleep`; where several were called, the first that is due wakes the core. An async generator may await them as well.
 *
 * @param scheduler Where the requests wait.
 */
export function createGeneratorEngine(scheduler: Scheduler): SuspendEngine {
  return new GeneratorEngine(scheduler);
}

/** One request's iteration. */
interface Run {
  readonly waits: Waits;
  /** Null until the app gave it, and once it has ended: the task that keeps this may be kept for long. */
  iterator: ChunkIterator | null;
  /** An asynchronous `next` has not settled: resuming fulfils what it waits for, and does not call `next` again. */
  inNext: boolean;
  /** The iterator is an asynchronous one, whose sleeps may be awaited later. */
  awaits: boolean;
  /** The client has not taken what was sent: the next slice waits for it, whatever else is due. */
  congested: boolean;
  over: boolean;
  /** Past its deadline. */
  killed: boolean;
  /** What the next slice's `yield` gives. */
  woken: Woken;
}

class GeneratorEngine implements SuspendEngine {
  readonly name = "generator";
  readonly #scheduler: Scheduler;

  constructor(scheduler: Scheduler) {
    this.#scheduler = scheduler;
  }

  accepts(app: App): boolean {
    return app.kind === "yield";
  }

  start(request: CoreContext): void {
    const run: Run = {
      waits: new Waits(request.task, this.#scheduler),
      iterator: null,
      inNext: false,
      awaits: false,
      congested: false,
      over: false,
      killed: false,
      woken: RESUMED,
    };
    request.task.kept = run;
    // Whatever it waits for: its next slice closes the iterator.
    request.reply.onGone = () => this.#scheduler.ready(request.task);
    enterCore(request.task, this.#open, request);
  }

  resume(task: CoreTask): void {
    const run = runOf(task);
    run.waits.fulfil();
    const { request } = task;
    if (request === null || run.over || run.inNext || run.congested || run.iterator === null) return;
    if (request.reply.closed) enterCore(task, this.#close, request);
    else enterCore(task, this.#slice, request);
  }

  register(task: CoreTask, wait: RegisteredWait): void {
    runOf(task).waits.register(wait);
  }

  giveWay(task: CoreTask): Promise<void> {
    return runOf(task).waits.giveWay();
  }

  suspend(task: CoreTask): Promise<Woken> {
    return runOf(task).waits.suspend();
  }

  sleep(task: CoreTask, ms: number): Promise<void> {
    return runOf(task).waits.sleep(ms);
  }

  kill(task: CoreTask, reason: HarakiriError): void {
    const run = runOf(task);
    const { request } = task;
    if (run.over || request === null) return;
    run.over = true;
    run.killed = true;
    run.waits.reject(reason);
    // Else it has not settled.
    if (!run.inNext && run.iterator !== null) enterCore(task, this.#close, request);
  }

  readonly #open = (request: CoreContext): void => {
    try {
      addWaitCalls(request.task, request.yieldEnv);
      const opened = openYieldApp(request);
      if (isThenable(opened)) {
        opened.then((iterator) => this.#first(request, iterator), (error: unknown) => this.#fail(request, error));
      } else this.#first(request, opened);
    } catch (error) {
      this.#fail(request, error);
    }
  };

  #first(request: CoreContext, iterator: ChunkIterator): void {
    const run = runOf(request.task);
    run.iterator = iterator;
    if (run.over) this.#close(request);
    else this.#slice(request);
  }

  readonly #slice = (request: CoreContext): void => {
    const run = runOf(request.task);
    run.waits.unpark();
    if (!run.awaits) run.waits.forget();
    const { woken } = run;
    run.woken = RESUMED;
    try {
      const result = run.iterator!.next(woken);
      if (isThenable(result)) {
        run.awaits = true;
        run.inNext = true;
        result.then((settled) => this.#settled(request, run, settled), (error: unknown) => this.#fail(request, error));
      } else this.#take(request, run, result);
    } catch (error) {
      this.#fail(request, error);
    }
  };

  #settled(request: CoreContext, run: Run, result: IteratorResult<YieldChunk>): void {
    run.inNext = false;
    if (run.over) {
      this.#close(request);
      return;
    }
    try {
      this.#take(request, run, result);
    } catch (error) {
      this.#fail(request, error);
    }
  }

  /**
   * The end of a slice: the chunk goes out, then the core gives way. Chunks of short slices, between which no socket is looked at, leave
   * together: a write each was two thirds of what they cost.
   */
  #take(request: CoreContext, run: Run, result: IteratorResult<YieldChunk>): void {
    const { reply } = request;
    if (result.done === true) {
      run.over = true;
      run.iterator = null;
      reply.end();
      return;
    }
    const chunk = result.value;
    if (typeof chunk !== "string" && !(chunk instanceof Uint8Array)) {
      throw new TypeError(`send a yielded chunk: it is a value of type ${typeof chunk}; yield a string or a Uint8Array`);
    }
    if (run.waits.hasRegistered) run.waits.park((woken) => this.#woken(request, run, woken));
    const goesOn = !run.waits.sleeping;
    // An app may refill its buffer as soon as it goes on.
    const kept = typeof chunk === "string" ? chunk : chunk.slice();
    if (kept.length > 0 && !reply.write(kept, goesOn && this.#scheduler.hold(request.task))) {
      run.congested = true;
      this.#scheduler.sending(request.task);
      reply.drained(() => {
        run.congested = false;
        // A sleep, or a wait, ends by itself.
        if (!run.waits.sleeping) this.#scheduler.ready(request.task);
      });
    } else if (goesOn) this.#scheduler.ready(request.task);
  }

  #woken(request: CoreContext, run: Run, woken: Woken): void {
    run.woken = woken;
    noteWoken(request.yieldEnv, woken);
  }

  readonly #close = (request: CoreContext): void => {
    const run = runOf(request.task);
    run.over = true;
    run.waits.unpark();
    if (!run.killed) run.waits.forget();
    const closing = closeIterator(run, request.reply);
    // Else it is over as far as its core goes, whatever its finally blocks wait for.
    if (run.killed && closing !== null) closing.then(() => request.reply.end());
    else request.reply.end();
  };

  #fail(request: CoreContext, error: unknown): void {
    const run = runOf(request.task);
    if (run.over && !run.killed) return;
    run.over = true;
    run.inNext = false;
    closeIterator(run, request.reply, error);
    request.reply.fail(error);
  }
}

function runOf(task: CoreTask): Run {
  const run = task.kept as Run | null;
  if (run === null) throw new Error("resume a yield app: it was never started");
  return run;
}

/**
 * Lets the app's `finally` blocks run, and tells what they throw, unless it is what the app failed with.
 *
 * @returns Fulfils when they have run; null if they have.
 */
function closeIterator(run: Run, reply: Reply, failure?: unknown): PromiseLike<void> | null {
  const { iterator } = run;
  const tell = (error: unknown) => {
    if (error !== failure) reply.tell(error);
  };
  run.iterator = null;
  try {
    const closing = iterator?.return?.();
    if (isThenable(closing)) return closing.then(() => {}, tell);
  } catch (error) {
    tell(error);
  }
  return null;
}
