import type { Clock } from "../contract/clock.ts";
import type { CoreContext, Scheduler } from "../contract/engine.ts";
import { RunQueue } from "./run_queue.ts";
import type { CoreTable } from "./table.ts";
import { type TimerWheel, WheelEntry } from "./timer_wheel.ts";

/** What a scheduler needs. */
export interface CoreSchedulerOptions {
  readonly table: CoreTable;
  readonly wheel: TimerWheel;
  readonly clock: Clock;
  /** Milliseconds of slices in a row before the poller's turn (`--slice`). */
  readonly sliceMs: number;
}

/** A sleep that has not ended: its timer and what calls it off in one object, for a sleep's cost is in what it allocates. */
class Sleep extends WheelEntry {
  readonly request: CoreContext;
  readonly #wake: () => void;
  readonly #over: (sleep: Sleep) => void;

  constructor(request: CoreContext, wake: () => void, over: (sleep: Sleep) => void) {
    super();
    this.request = request;
    this.#wake = wake;
    this.#over = over;
  }

  override expire(): void {
    this.#over(this);
    this.#wake();
  }

  cancel(): void {
    if (this.armed) this.#over(this);
  }
}

/**
 * Runs requests on their cores, slice by slice. A request that was finished runs on when it is ready, but moves and counts no core:
 * its core may carry another by then.
 */
export class CoreScheduler implements Scheduler {
  readonly #table: CoreTable;
  readonly #wheel: TimerWheel;
  readonly #runQueue: RunQueue<CoreContext>;
  /** Who has each core. */
  readonly #holders: (CoreContext | null)[];
  /** Sleeps of each core's request that have not ended. */
  readonly #sleeps: Uint32Array;
  /** Requests in the run queue that have no core; for those that have one, the core's state says so. */
  readonly #coreless = new Set<CoreContext>();
  /** Requests whose last chunks wait for more. */
  readonly #holding = new Set<CoreContext>();

  constructor({ table, wheel, clock, sliceMs }: CoreSchedulerOptions) {
    this.#table = table;
    this.#wheel = wheel;
    this.#holders = new Array(table.count).fill(null);
    this.#sleeps = new Uint32Array(table.count);
    this.#runQueue = new RunQueue(clock, sliceMs, {
      run: (request) => this.#run(request),
      ran: (request) => this.#sliceOver(request),
      rest: () => this.#flush(),
    });
  }

  /** Runs the first slice of a request, whose core has been taken and begun; the answer may be complete when this returns. */
  start(request: CoreContext): void {
    this.#holders[request.core] = request;
    request.engine.start(request);
    this.#sliceOver(request);
  }

  /**
   * The request is over for its core: lets go of the core, which the caller then releases. Does nothing the second time.
   */
  finish(request: CoreContext): void {
    const core = request.core;
    if (this.#holders[core] !== request) return;
    this.#holders[core] = null;
    this.#sleeps[core] = 0;
    if (this.#table.state(core) === "ready") this.#coreless.add(request);
  }

  ready(request: CoreContext): void {
    const core = request.core;
    if (this.#holders[core] === request) {
      if (this.#table.state(core) === "ready") return;
      this.#table.move(core, "ready");
      this.#table.countSwitch(core);
    } else {
      if (this.#coreless.has(request)) return;
      this.#coreless.add(request);
    }
    this.#runQueue.push(request);
  }

  sleep(request: CoreContext, ms: number, wake: () => void): { cancel(): void } {
    const timer = new Sleep(request, wake, this.#sleepOver);
    if (this.#holders[request.core] === request) {
      this.#table.move(request.core, "sleep");
      this.#sleeps[request.core]++;
    }
    this.#wheel.schedule(timer, ms);
    return timer;
  }

  hold(request: CoreContext): boolean {
    if (!this.#runQueue.brisk) return false;
    this.#holding.add(request);
    return true;
  }

  #flush(): void {
    for (const request of this.#holding) request.reply.flush();
    this.#holding.clear();
  }

  sending(request: CoreContext): void {
    if (this.#holders[request.core] === request) this.#table.move(request.core, "send");
  }

  /** It was due, or is called off. */
  readonly #sleepOver = (sleep: Sleep): void => {
    const { request } = sleep;
    this.#wheel.cancel(sleep);
    if (this.#holders[request.core] === request) this.#sleeps[request.core]--;
  };

  #run(request: CoreContext): void {
    if (this.#holders[request.core] === request) this.#table.move(request.core, "run");
    else this.#coreless.delete(request);
    request.engine.resume(request);
  }

  /** Says what the core is at now, if its slice asked for nothing itself: another branch's sleep, or a promise of the app's own. */
  #sliceOver(request: CoreContext): void {
    const core = request.core;
    if (this.#holders[core] !== request || this.#table.state(core) !== "running") return;
    this.#table.move(core, this.#sleeps[core] > 0 ? "sleep" : "wait");
  }
}
