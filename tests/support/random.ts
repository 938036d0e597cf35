/** Numbers that look random and come again from the same seed (mulberry32), so that a failure can be had again. */
export class Random {
  #state: number;

  /** @param seed A whole number of 32 bits. */
  constructor(seed: number) {
    this.#state = seed | 0;
  }

  /** A whole number from 0 to `below - 1`. */
  below(below: number): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  }

  /** One of these, of which there is one at least. */
  of<T>(list: readonly T[]): T {
    return list[this.below(list.length)]!;
  }
}
