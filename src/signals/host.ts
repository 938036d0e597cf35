import type { Clock } from "../contract/clock.ts";
import type { CoreTask } from "../contract/engine.ts";
import type { RequestName } from "../contract/observer.ts";
import type { TimerWheel } from "../core/timer_wheel.ts";

/** What signals take from the server that runs their handlers. */
export interface SignalHost {
  readonly clock: Clock;
  readonly wheel: TimerWheel;
  /** Takes a core of the signals' own for a run of a handler. */
  take(signal: number): CoreTask;
  /** Gives it back. */
  release(task: CoreTask): void;
  /** A handler runs until then: a graceful stop waits for it. */
  running(over: Promise<void>): void;
  /** A handler threw or rejected. */
  failed(error: unknown, name: RequestName | null): void;
  /** A timer has rung for a signal that nobody has registered. */
  warn(message: string): void;
}
