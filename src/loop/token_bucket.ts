/** How often something may happen: so many times in a burst, and then so many a second. */
export class TokenBucket {
  readonly #burst: number;
  readonly #aSecond: number;
  #left: number;
  #filledAt: number;

  constructor(burst: number, aSecond: number, nowMs: number) {
    this.#burst = burst;
    this.#aSecond = aSecond;
    this.#left = burst;
    this.#filledAt = nowMs;
  }

  /** It happens. @returns False if it may not. */
  take(nowMs: number): boolean {
    this.#left = Math.min(this.#burst, this.#left + (nowMs - this.#filledAt) / 1000 * this.#aSecond);
    this.#filledAt = nowMs;
    if (this.#left < 1) return false;
    this.#left--;
    return true;
  }
}
