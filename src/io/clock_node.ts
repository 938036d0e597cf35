import type { Clock, ClockTimer } from "../contract/clock.ts";

/** Time and the event loop by the globals that all three runtimes have. */
export class NodeClock implements Clock {
  now(): number {
    return performance.now();
  }

  wallTime(): number {
    return Date.now();
  }

  /** Rounded up, for the runtimes cut a fraction off, and the timer would ring early. */
  setTimer(delayMs: number, callback: () => void, keepAlive: boolean): ClockTimer {
    return new NodeTimer(setTimeout(callback, Math.ceil(delayMs)), keepAlive);
  }

  /** `setImmediate`: one turn of the poller on Node (1.1 us), one or two on Bun (0.7 us). Deno needs `clock_deno.ts`. */
  nextTurn(callback: () => void): void {
    setImmediate(callback);
  }
}

class NodeTimer implements ClockTimer {
  readonly #timer: ReturnType<typeof setTimeout>;

  constructor(timer: ReturnType<typeof setTimeout>, keepAlive: boolean) {
    this.#timer = timer;
    if (!keepAlive) timer.unref();
  }

  cancel(): void {
    clearTimeout(this.#timer);
  }
}
