import { type ChunkIterator, openYieldApp } from "../app/yield_app.ts";
import type { App, YieldChunk } from "../contract/app.ts";
import type { CoreContext, Scheduler, SuspendEngine } from "../contract/engine.ts";
import { isThenable } from "../app/thenable.ts";
import { enterCore } from "../core/current.ts";
import type { HarakiriError } from "../errors.ts";
import { Waits } from "./waits.ts";

/**
 * The engine of yield apps, after uWSGI's: each chunk that the app yields is one slice, after which the core goes to the run queue's
 * tail and another one runs. `yield ""` gives way and sends nothing. After `sleep(ms)` without an await, the next yield is the sleep, as with
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
  /** Null until the app gave it. */
  iterator: ChunkIterator | null;
  /** An asynchronous `next` has not settled: resuming fulfils what it waits for, and does not call `next` again. */
  inNext: boolean;
  /** The iterator is an asynchronous one, whose sleeps may be awaited later. */
  awaits: boolean;
  /** The client has not taken what was sent: the next slice waits for it, whatever else is due. */
  congested: boolean;
  over: boolean;
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
      waits: new Waits(request, this.#scheduler),
      iterator: null,
      inNext: false,
      awaits: false,
      congested: false,
      over: false,
    };
    request.kept = run;
    enterCore(request, this.#open, request);
  }

  resume(request: CoreContext): void {
    const run = runOf(request);
    run.waits.fulfil();
    if (run.over || run.inNext || run.congested || run.iterator === null) return;
    if (request.reply.closed) this.#close(request, run);
    else enterCore(request, this.#slice, request);
  }

  suspend(request: CoreContext): Promise<void> {
    return runOf(request).waits.suspend();
  }

  sleep(request: CoreContext, ms: number): Promise<void> {
    return runOf(request).waits.sleep(ms);
  }

  kill(request: CoreContext, reason: HarakiriError): void {
    const run = runOf(request);
    run.over = true;
    run.waits.reject(reason);
    if (!run.inNext) closeIterator(run.iterator);
  }

  readonly #open = (request: CoreContext): void => {
    try {
      const opened = openYieldApp(request);
      if (isThenable(opened)) {
        opened.then((iterator) => this.#first(request, iterator), (error: unknown) => this.#fail(request, error));
      } else this.#first(request, opened);
    } catch (error) {
      this.#fail(request, error);
    }
  };

  #first(request: CoreContext, iterator: ChunkIterator): void {
    const run = runOf(request);
    run.iterator = iterator;
    if (run.over) closeIterator(iterator);
    else this.#slice(request);
  }

  readonly #slice = (request: CoreContext): void => {
    const run = runOf(request);
    if (!run.awaits) run.waits.forget();
    try {
      const result = run.iterator!.next();
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
      closeIterator(run.iterator);
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
      reply.end();
      return;
    }
    const chunk = result.value;
    if (typeof chunk !== "string" && !(chunk instanceof Uint8Array)) {
      throw new TypeError(`send a yielded chunk: it is a value of type ${typeof chunk}; yield a string or a Uint8Array`);
    }
    const goesOn = !run.waits.sleeping;
    // An app may refill its buffer as soon as it goes on.
    const kept = typeof chunk === "string" ? chunk : chunk.slice();
    if (kept.length > 0 && !reply.write(kept, goesOn && this.#scheduler.hold(request))) {
      run.congested = true;
      this.#scheduler.sending(request);
      reply.drained(() => {
        run.congested = false;
        this.#scheduler.ready(request);
      });
    } else if (goesOn) this.#scheduler.ready(request);
  }

  #close(request: CoreContext, run: Run): void {
    run.over = true;
    closeIterator(run.iterator);
    request.reply.end();
  }

  #fail(request: CoreContext, error: unknown): void {
    const run = runOf(request);
    if (run.over) return;
    run.over = true;
    run.inNext = false;
    closeIterator(run.iterator);
    request.reply.fail(error);
  }
}

function runOf(request: CoreContext): Run {
  const run = request.kept as Run | null;
  if (run === null) throw new Error("resume a yield app: it was never started");
  return run;
}

/** Lets the app's `finally` blocks run; what they throw has nobody left to hear it. */
function closeIterator(iterator: ChunkIterator | null): void {
  try {
    const closing = iterator?.return?.();
    if (isThenable(closing)) closing.then(undefined, () => {});
  } catch {
    return;
  }
}
