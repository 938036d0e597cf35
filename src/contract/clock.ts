/** The port to time. The core takes it from outside, so that it is tested without waiting. */

/** A timer that can be called off. */
export interface ClockTimer {
  /** Calls the timer off; a second call, or one after it ran, does nothing. */
  cancel(): void;
}

/** A runtime's time and event loop. */
export interface Clock {
  /** Monotonic milliseconds with a fraction, from any start. */
  now(): number;
  /** Milliseconds since the Unix epoch, for `date` and the log. */
  wallTime(): number;
  /** Runs `callback` once, `delayMs` from now or later. Keeps the process alive only if `keepAlive`. */
  setTimer(delayMs: number, callback: () => void, keepAlive: boolean): ClockTimer;
  /**
   * Runs `callback` after the event loop has polled sockets and timers once: what a busy run queue owes the network.
   * A microtask never polls, and on Deno 2.9 `setImmediate` needs up to 62 turns to see a socket.
   */
  nextTurn(callback: () => void): void;
}
