import type { Clock, ClockTimer } from "../contract/clock.ts";
import type { CoreContext, CoreTask, Scheduler } from "../contract/engine.ts";
import { RunQueue } from "./run_queue.ts";
import type { CoreTable } from "./table.ts";
import { type TimerWheel, WheelEntry } from "./timer_wheel.ts";
import { wheelAlarm } from "./wheel_alarm.ts";

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
  readonly task: CoreTask;
  readonly #wake: () => void;
  readonly #over: (sleep: Sleep) => void;

  constructor(task: CoreTask, wake: () => void, over: (sleep: Sleep) => void) {
    super();
    this.task = task;
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
  readonly #runQueue: RunQueue<CoreTask>;
  /** Who has each core. */
  readonly #holders: (CoreTask | null)[];
  /** Whose request each core began last. */
  readonly #latest: (CoreTask | null)[];
  /** Sleeps of each core's request that have not ended. */
  readonly #sleeps: Uint32Array;
  /** Tasks in the run queue that have no core; for those that have one, the core's state says so. */
  readonly #coreless = new Set<CoreTask>();
  /** Tasks whose last chunks wait for more. */
  readonly #holding = new Set<CoreTask>();

  constructor({ table, wheel, clock, sliceMs }: CoreSchedulerOptions) {
    this.#table = table;
    this.#wheel = wheel;
    this.#holders = new Array(table.count).fill(null);
    this.#latest = new Array(table.count).fill(null);
    this.#sleeps = new Uint32Array(table.count);
    this.#runQueue = new RunQueue(clock, sliceMs, {
      run: (task) => this.#run(task),
      ran: (task) => {
        this.#table.slice = -1;
        this.#sliceOver(task);
      },
      rest: () => this.#flush(),
    });
  }

  /** Runs the first slice of a request, whose core has been taken and begun; the answer may be complete when this returns. */
  start(request: CoreContext): void {
    const { task } = request;
    this.#holders[task.core] = task;
    this.#latest[task.core] = task;
    // It may begin within another one's slice, which gave a core back.
    const outer = this.#table.slice;
    this.#table.slice = task.core;
    task.engine.start(request);
    this.#table.slice = outer;
    this.#sliceOver(task);
  }

  /**
   * The task is over for its core: lets go of the core, which the caller then releases. Does nothing the second time.
   */
  finish(task: CoreTask): void {
    const core = task.core;
    if (this.#holders[core] !== task) return;
    this.#holders[core] = null;
    this.#sleeps[core] = 0;
    if (this.#table.state(core) === "ready") this.#coreless.add(task);
  }

  /** Whether its core has begun no other request since: the core's row is still this one's. */
  isLatest(task: CoreTask): boolean {
    return this.#latest[task.core] === task;
  }

  ready(task: CoreTask): void {
    const core = task.core;
    if (this.#holders[core] === task) {
      if (this.#table.state(core) === "ready") return;
      this.#table.move(core, "ready");
      this.#table.countSwitch(core);
    } else {
      if (this.#coreless.has(task)) return;
      this.#coreless.add(task);
    }
    this.#runQueue.push(task);
  }

  sleep(task: CoreTask, ms: number, wake: () => void): ClockTimer {
    const timer = new Sleep(task, wake, this.#sleepOver);
    if (this.#holders[task.core] === task) {
      this.#table.move(task.core, "sleep");
      this.#sleeps[task.core]++;
    }
    this.#wheel.schedule(timer, ms);
    return timer;
  }

  after(ms: number, expired: () => void): ClockTimer {
    return wheelAlarm(this.#wheel, ms, expired);
  }

  hold(task: CoreTask): boolean {
    if (!this.#runQueue.brisk) return false;
    this.#holding.add(task);
    return true;
  }

  #flush(): void {
    for (const task of this.#holding) task.request?.reply.flush();
    this.#holding.clear();
  }

  sending(task: CoreTask): void {
    if (this.#holders[task.core] === task) this.#table.move(task.core, "send");
  }

  switched(task: CoreTask, switches: number): void {
    if (this.#holders[task.core] === task) this.#table.countSwitch(task.core, switches);
  }

  /** It was due, or is called off. */
  readonly #sleepOver = (sleep: Sleep): void => {
    const { task } = sleep;
    this.#wheel.cancel(sleep);
    if (this.#holders[task.core] === task) this.#sleeps[task.core]--;
  };

  #run(task: CoreTask): void {
    if (this.#holders[task.core] === task) {
      this.#table.slice = task.core;
      this.#table.move(task.core, "run");
    } else this.#coreless.delete(task);
    task.engine.resume(task);
  }

  /** Says what the core is at now, if its slice asked for nothing itself: another branch's sleep, or a promise of the app's own. */
  #sliceOver(task: CoreTask): void {
    const core = task.core;
    if (this.#holders[core] !== task || this.#table.state(core) !== "running") return;
    this.#table.move(core, this.#sleeps[core] > 0 ? "sleep" : "wait");
  }
}
