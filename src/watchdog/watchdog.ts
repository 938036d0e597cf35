import type { Clock, ClockTimer } from "../contract/clock.ts";
import type { BusyCore } from "../contract/observer.ts";
import { busyCore, busyCores } from "../core/busy_cores.ts";
import type { CoreTable } from "../core/table.ts";

/** An event loop that is blocked past a request's deadline. */
export interface Hang {
  /** How long it has not turned, in milliseconds: less than the truth by a fifth of a second at most, while the machine is free. */
  readonly blockedMs: number;
  /** Requests that are past their deadline by now, one at least. */
  readonly overdue: readonly BusyCore[];
  /** Whose slice has begun and has not ended; null where heddle does not see whose code runs, as after an `await` of anything but its own. */
  readonly slice: BusyCore | null;
  /** All that have a core: one of these blocks the loop, or code that belongs to no request. */
  readonly busy: readonly BusyCore[];
}

/** How often the table is looked at. */
const TICK_MS = 50;
/** What a tick counts for at most: on a busy machine one may be late by that much, and a process that was stopped for an hour loses no more by it. */
const MOST_TICK_MS = 250;
/** What a loop that turns again may take to end the request itself, which costs no other one anything. */
const GRACE_MS = 150;
/** As long as a loop beats that often, it is not blocked but busy. */
const LEAST_BLOCKED_MS = 500;

/**
 * Looks from a thread of its own whether the event loop still turns, and tells once when it has not until past a request's deadline.
 *
 * Time is counted in ticks of this thread's own: a tick that was late is worth a quarter of a second at most, so that a process that was stopped, or a machine that
 * was paused, is no hang; and the two threads' clocks need not agree. While heddle itself holds the loop no time is counted.
 */
export class Watchdog {
  readonly #table: CoreTable;
  readonly #clock: Clock;
  readonly #hung: (hang: Hang) => void;
  #beatMs: number;
  #blockedMs = 0;
  #tickedMs: number;
  #timer: ClockTimer;

  /**
   * @param table Of the thread that is watched.
   * @param clock Of this thread: it is kept alive.
   */
  constructor(table: CoreTable, clock: Clock, hung: (hang: Hang) => void) {
    this.#table = table;
    this.#clock = clock;
    this.#hung = hung;
    this.#beatMs = table.beatMs;
    this.#tickedMs = clock.now();
    this.#timer = clock.setTimer(TICK_MS, this.#tick, true);
  }

  /** Looks no more. */
  stop(): void {
    this.#timer.cancel();
  }

  readonly #tick = (): void => {
    const nowMs = this.#clock.now();
    const passedMs = Math.min(nowMs - this.#tickedMs, MOST_TICK_MS);
    this.#tickedMs = nowMs;
    const beatMs = this.#table.beatMs;
    this.#blockedMs = beatMs === this.#beatMs && !this.#table.isHeld ? this.#blockedMs + passedMs : 0;
    this.#beatMs = beatMs;
    const hang = this.#blockedMs < LEAST_BLOCKED_MS ? null : this.#look(beatMs + this.#blockedMs);
    if (hang === null) this.#timer = this.#clock.setTimer(TICK_MS, this.#tick, true);
    else this.#hung(hang);
  };

  /** @param nowMs By the clock of the thread that is watched. */
  #look(nowMs: number): Hang | null {
    const table = this.#table;
    const overdue: BusyCore[] = [];
    for (let core = 0; core < table.count; core++) {
      const deadlineMs = table.deadlineMs(core);
      if (deadlineMs > 0 && nowMs > deadlineMs + GRACE_MS) overdue.push(busyCore(table, core, nowMs));
    }
    if (overdue.length === 0) return null;
    const { slice } = table;
    return { blockedMs: this.#blockedMs, overdue, slice: slice < 0 ? null : busyCore(table, slice, nowMs), busy: busyCores(table, nowMs) };
  }
}
