import type { Clock } from "../contract/clock.ts";
import { throwLater } from "./throw_later.ts";

/** What the run queue does with an item. */
export interface SliceRunner<T> {
  /** Runs the item's next slice, or lets its promise go, so that the slice runs in the next microtasks. */
  run(item: T): void;
  /** The slice has run, up to its first `await` at least. */
  ran(item: T): void;
  /** No slice runs next: the queue is empty, or the poller has its turn. @default nothing is done */
  rest?(): void;
}

/** A slice that is longer is a long one: half of what `--slice` allows them all by default. */
const LONG_MS = 1;

/** So many slices in a row that are not long make the queue brisk: a bound on how often an app that mixes long ones among short is misjudged. */
const BRISK_SLICES = 64;

/**
 * Items that are ready to run, first in, first out, one slice each: a ring.
 *
 * The queue runs in microtasks, which the event loop does not leave to look at sockets. So it counts the time since the last turn
 * of the loop that it knows of, and starts no slice once that is past `sliceMs`, but lets the poller have a turn first. That holds
 * across a queue that empties and fills again without a turn between, as one does whose items suspend a few awaits deep.
 */
export class RunQueue<T> {
  readonly #clock: Clock;
  readonly #sliceMs: number;
  readonly #runner: SliceRunner<T>;
  #ring: (T | undefined)[] = new Array(64).fill(undefined);
  #head = 0;
  #size = 0;
  /** When the poller is due; 0 if it had its turn and nothing has run since. */
  #turnDueMs = 0;
  #turnAsked = false;
  /** When the last slice began; -1 once it was judged. */
  #sliceAtMs = -1;
  /** Slices in a row that were not long. */
  #shortSlices = 0;
  #wakePushed: (() => void) | null = null;
  #wakeTurned: (() => void) | null = null;

  /**
   * @param clock Where turns of the event loop come from.
   * @param sliceMs Milliseconds of slices before the poller's turn (`--slice`); 0 is a turn after each slice.
   * @param runner What runs a slice.
   */
  constructor(clock: Clock, sliceMs: number, runner: SliceRunner<T>) {
    this.#clock = clock;
    this.#sliceMs = sliceMs;
    this.#runner = runner;
    void this.#loop();
  }

  /** How many items are ready. */
  get size(): number {
    return this.#size;
  }

  /** The slices of late were all short, so that what waits for the next few is not late. */
  get brisk(): boolean {
    return this.#shortSlices >= BRISK_SLICES;
  }

  /** Puts an item at the tail; whoever pushes sees to it that the item is not in already. Its slice runs in a later microtask. */
  push(item: T): void {
    const ring = this.#ring;
    if (this.#size === ring.length) this.#grow();
    this.#ring[(this.#head + this.#size++) & (this.#ring.length - 1)] = item;
    const wake = this.#wakePushed;
    if (wake === null) return;
    this.#wakePushed = null;
    wake();
  }

  /** One loop for the queue's life, begun outside of any request: so no slice is run in the AsyncLocalStorage context of another. */
  async #loop(): Promise<never> {
    for (;;) {
      while (this.#size === 0) await this.#pushed();
      const nowMs = this.#clock.now();
      this.#judge(nowMs);
      if (this.#turnDueMs === 0) this.#turnDueMs = nowMs + this.#sliceMs;
      else if (nowMs >= this.#turnDueMs) {
        await this.#turned();
        continue;
      }
      this.#sliceAtMs = nowMs;
      const item = this.#shift();
      this.#call(item, true);
      // The slice of an async function runs in a microtask that stands before this one.
      await null;
      this.#call(item, false);
    }
  }

  #call(item: T, run: boolean): void {
    try {
      if (run) this.#runner.run(item);
      else this.#runner.ran(item);
    } catch (error) {
      throwLater(error);
    }
  }

  #judge(nowMs: number): void {
    if (this.#sliceAtMs < 0) return;
    this.#shortSlices = nowMs - this.#sliceAtMs > LONG_MS ? 0 : this.#shortSlices + 1;
    this.#sliceAtMs = -1;
  }

  #rest(): void {
    try {
      this.#runner.rest?.();
    } catch (error) {
      throwLater(error);
    }
    this.#askTurn();
  }

  #shift(): T {
    const ring = this.#ring;
    const item = ring[this.#head] as T;
    ring[this.#head] = undefined;
    this.#head = (this.#head + 1) & (ring.length - 1);
    this.#size--;
    return item;
  }

  /** Doubles the ring: its length is a power of two. */
  #grow(): void {
    const ring = this.#ring;
    const tail = ring.slice(0, this.#head);
    this.#ring = ring.slice(this.#head).concat(tail, new Array(ring.length).fill(undefined));
    this.#head = 0;
  }

  /** Fulfils when an item is pushed. Until then a turn is asked for, so that the next items find the count of time begun anew. */
  #pushed(): Promise<void> {
    if (this.#turnDueMs !== 0) {
      this.#judge(this.#clock.now());
      this.#rest();
    }
    return new Promise((resolve) => this.#wakePushed = resolve);
  }

  #turned(): Promise<void> {
    return new Promise((resolve) => {
      this.#wakeTurned = resolve;
      this.#rest();
    });
  }

  #askTurn(): void {
    if (this.#turnAsked) return;
    this.#turnAsked = true;
    this.#clock.nextTurn(() => {
      this.#turnAsked = false;
      this.#turnDueMs = 0;
      const wake = this.#wakeTurned;
      this.#wakeTurned = null;
      wake?.();
    });
  }
}
