import type { Clock, ClockTimer } from "../../src/contract/clock.ts";

/** Time that stands still until a test moves it. */
export class FakeClock implements Clock {
  #now: number;
  #timers: FakeTimer[] = [];
  #turns: (() => void)[] = [];

  /** @param startMs What `now()` gives first. */
  constructor(startMs = 1000) {
    this.#now = startMs;
  }

  now(): number {
    return this.#now;
  }

  /** As if `now()` had begun at the start of 2026. */
  wallTime(): number {
    return Date.UTC(2026, 0, 1) + this.#now;
  }

  setTimer(delayMs: number, callback: () => void, keepAlive: boolean): ClockTimer {
    const timer = new FakeTimer(this.#now + Math.max(0, delayMs), callback, keepAlive, () => this.#remove(timer));
    this.#timers.push(timer);
    return timer;
  }

  nextTurn(callback: () => void): void {
    this.#turns.push(callback);
  }

  /** How many timers are armed. */
  get armed(): number {
    return this.#timers.length;
  }

  /** When the next timer comes; Infinity if there is none. */
  get nextTimerMs(): number {
    return this.#timers.reduce((least, timer) => Math.min(least, timer.dueMs), Infinity);
  }

  /** How many `nextTurn` callbacks wait. */
  get waitingTurns(): number {
    return this.#turns.length;
  }

  /** Uses time up without letting the event loop turn, as a slow slice does. */
  spend(ms: number): void {
    this.#now += ms;
  }

  /** Lets the event loop turn once: the `nextTurn` callbacks that wait now, then the timers that are due now. */
  turn(): void {
    for (const callback of this.#turns.splice(0)) callback();
    this.#runTimers(this.#now);
  }

  /** Lets `ms` milliseconds pass in an event loop that turns: what is due runs in order, each at its time. */
  advance(ms: number): void {
    const end = this.#now + ms;
    this.turn();
    this.#runTimers(end);
    this.#now = Math.max(this.#now, end);
  }

  /** Lets microtasks and turns run until neither is left; time stands still. */
  async settle(): Promise<void> {
    do {
      this.turn();
      await drainMicrotasks();
    } while (this.#turns.length > 0);
  }

  #runTimers(end: number): void {
    for (;;) {
      const due = this.nextTimerMs;
      if (due > end) return;
      const timer = this.#timers.find((candidate) => candidate.dueMs === due) as FakeTimer;
      this.#remove(timer);
      this.#now = Math.max(this.#now, due);
      timer.callback();
    }
  }

  #remove(timer: FakeTimer): void {
    const index = this.#timers.indexOf(timer);
    if (index >= 0) this.#timers.splice(index, 1);
  }
}

class FakeTimer implements ClockTimer {
  readonly dueMs: number;
  readonly callback: () => void;
  readonly keepAlive: boolean;
  readonly cancel: () => void;

  constructor(dueMs: number, callback: () => void, keepAlive: boolean, cancel: () => void) {
    this.dueMs = dueMs;
    this.callback = callback;
    this.keepAlive = keepAlive;
    this.cancel = cancel;
  }
}

/** A real timer comes after every microtask on each runtime, however long the chain. */
function drainMicrotasks(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}
