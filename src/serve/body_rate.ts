import type { Timeouts } from "./timeouts.ts";

type BodyRateLimit = Pick<Timeouts, "bodyRate" | "bodyRateGraceMs">;

/**
 * Whether a body comes fast enough: it has its grace, and one second more for each `bodyRate` bytes that came. Time that is not the client's does not
 * count: while we do not read, or it has to take something first.
 */
export class BodyRate {
  readonly #limit: BodyRateLimit;
  #bytes = 0;
  /** By the clock, when it began; later by as long as time did not count. */
  #sinceMs = 0;
  /** By the clock, since when time does not count; -1 while it does. */
  #pausedMs = -1;

  constructor(limit: BodyRateLimit) {
    this.#limit = limit;
  }

  /** A body begins. @param counting Whether its time counts now. */
  begin(nowMs: number, counting: boolean): void {
    this.#bytes = 0;
    this.#sinceMs = nowMs;
    this.#pausedMs = counting ? -1 : nowMs;
  }

  /** Some of it came. */
  add(bytes: number): void {
    this.#bytes += bytes;
  }

  /** Says whether time counts from now on. */
  setCounting(counting: boolean, nowMs: number): void {
    if (counting === this.#pausedMs < 0) return;
    if (counting) this.#sinceMs += nowMs - this.#pausedMs;
    this.#pausedMs = counting ? -1 : nowMs;
  }

  /** Milliseconds until it is too slow, if nothing more comes; not above 0 if it is. */
  left(nowMs: number): number {
    const { bodyRate, bodyRateGraceMs } = this.#limit;
    if (bodyRate === 0) return Infinity;
    const countedMs = (this.#pausedMs >= 0 ? this.#pausedMs : nowMs) - this.#sinceMs;
    return bodyRateGraceMs + this.#bytes / bodyRate * 1000 - countedMs;
  }
}
