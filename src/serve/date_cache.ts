import type { Clock, ClockTimer } from "../contract/clock.ts";
import { outsideRequests } from "../core/current.ts";

/**
 * The value of the `date` field: IMF-fixdate (RFC 9110 section 5.6.7), made once a second in which it is asked for. A timer ends the second: to read
 * the clock for each answer costs 40 ns, and a date that is late by as much as the event loop was blocked is none the worse.
 */
export class DateCache {
  readonly #clock: Clock;
  #text: string | null = null;
  #timer: ClockTimer | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  readonly now = (): string => this.#text ?? this.#make();

  /** Leaves no timer behind. */
  close(): void {
    this.#forget();
  }

  #make(): string {
    const nowMs = this.#clock.wallTime();
    outsideRequests(() => {
      this.#timer = this.#clock.setTimer(1000 - nowMs % 1000, () => this.#forget(), false);
    });
    return this.#text = new Date(nowMs).toUTCString();
  }

  #forget(): void {
    this.#timer?.cancel();
    this.#timer = null;
    this.#text = null;
  }
}
