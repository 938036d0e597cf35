import type { Clock, ClockTimer } from "../../contract/clock.ts";
import type { CoreTask, Scheduler } from "../../contract/engine.ts";
import { RunQueue } from "../../core/run_queue.ts";
import { TimerWheel } from "../../core/timer_wheel.ts";
import { wheelAlarm } from "../../core/wheel_alarm.ts";

/** A task that counts its switches. */
export interface CountedTask extends CoreTask {
  /** Those that nobody was told of. */
  switches: number;
}

/** Runs what a thread carries, slice by slice: one request, and what older ones left running. The core's row is elsewhere. */
export class ThreadScheduler implements Scheduler {
  readonly #wheel: TimerWheel;
  readonly #runQueue: RunQueue<CoreTask>;
  readonly #ready = new Set<CoreTask>();

  /** @param sliceMs As `--slice`. */
  constructor(clock: Clock, sliceMs: number) {
    this.#wheel = new TimerWheel(clock);
    this.#runQueue = new RunQueue<CoreTask>(clock, sliceMs, {
      run: (task) => {
        this.#ready.delete(task);
        task.engine.resume(task);
      },
      ran() {},
    });
  }

  ready(task: CoreTask): void {
    if (this.#ready.has(task)) return;
    this.#ready.add(task);
    this.switched(task, 1);
    this.#runQueue.push(task);
  }

  sleep(_task: CoreTask, ms: number, wake: () => void): ClockTimer {
    return this.after(ms, wake);
  }

  after(ms: number, expired: () => void): ClockTimer {
    return wheelAlarm(this.#wheel, ms, expired);
  }

  /** Each chunk goes to the main thread at once, which sends together what comes together. */
  hold(): boolean {
    return false;
  }

  sending(): void {}

  switched(task: CoreTask, switches: number): void {
    (task as CountedTask).switches += switches;
  }
}
