import type { Timeouts } from "./timeouts.ts";

type BodyRateLimit = Pick<Timeouts, "bodyRate" | "bodyRateGraceMs">;

/**
 * Whether a body comes fast enough: it has its grace, and one second more for each `bodyRate` bytes that came. The time in which we do not read
 * is not the client's, and does not count.
 */
export class BodyRate {
  readonly #limit: BodyRateLimit;
  #bytes = 0;
  /** By the clock, when reading began; later by as long as we did not read. */
  #sinceMs = 0;
  /** By the clock, since when we do not read; -1 while we do. */
  #pausedMs = -1;

  constructor(limit: BodyRateLimit) {
    this.#limit = limit;
  }

  /** A body begins. @param reading Whether we read now. */
  begin(nowMs: number, reading: boolean): void {
    this.#bytes = 0;
    this.#sinceMs = nowMs;
    this.#pausedMs = reading ? -1 : nowMs;
  }

  /** Some of it came. */
  add(bytes: number): void {
    this.#bytes += bytes;
  }

  /** We stop reading, or go on. */
  setReading(reading: boolean, nowMs: number): void {
    if (!reading) this.#pausedMs = nowMs;
    else if (this.#pausedMs >= 0) {
      this.#sinceMs += nowMs - this.#pausedMs;
      this.#pausedMs = -1;
    }
  }

  /** Milliseconds until it is too slow, if nothing more comes; not above 0 if it is. */
  left(nowMs: number): number {
    const { bodyRate, bodyRateGraceMs } = this.#limit;
    if (bodyRate === 0) return Infinity;
    const readMs = (this.#pausedMs >= 0 ? this.#pausedMs : nowMs) - this.#sinceMs;
    return bodyRateGraceMs + this.#bytes / bodyRate * 1000 - readMs;
  }
}
