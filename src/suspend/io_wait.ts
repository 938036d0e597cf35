import type { ClockTimer } from "../contract/clock.ts";
import type { Scheduler } from "../contract/engine.ts";
import { throwLater } from "../core/throw_later.ts";
import type { RegisteredWait, Watcher, Woken } from "../contract/waiting.ts";

/**
 * Waits for the first of several targets: whichever is ready, has failed or is out of time first calls the others off.
 *
 * @param waits What was registered, one at least; of those that are ready at once the first one wins.
 * @param over Called once, maybe before this returns; not after `cancel`.
 */
export function waitForFirst(waits: readonly RegisteredWait[], scheduler: Scheduler, over: (woken: Woken) => void): IoWait {
  const wait = new IoWait(scheduler, over);
  wait.begin(waits);
  return wait;
}

/** A wait for several targets. */
export class IoWait {
  readonly #scheduler: Scheduler;
  readonly #over: (woken: Woken) => void;
  readonly #watches: Watch[] = [];
  #isOver = false;

  constructor(scheduler: Scheduler, over: (woken: Woken) => void) {
    this.#scheduler = scheduler;
    this.#over = over;
  }

  /** Watches each target, until one of them ends the wait. */
  begin(waits: readonly RegisteredWait[]): void {
    for (const wait of waits) {
      const watch = new Watch(wait, (woken) => this.#end(woken));
      this.#watches.push(watch);
      watch.begin(this.#scheduler);
      if (this.#isOver) break;
    }
    // It may have ended while it was begun.
    if (this.#isOver) this.#clear();
  }

  cancel(): void {
    this.#isOver = true;
    this.#clear();
  }

  #end(woken: Woken): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#clear();
    this.#over(woken);
  }

  #clear(): void {
    for (const watch of this.#watches.splice(0)) watch.cancel();
  }
}

/** One target of a wait. */
class Watch implements Watcher {
  readonly #wait: RegisteredWait;
  readonly #end: (woken: Woken) => void;
  #timer: ClockTimer | null = null;

  constructor(wait: RegisteredWait, end: (woken: Woken) => void) {
    this.#wait = wait;
    this.#end = end;
  }

  begin(scheduler: Scheduler): void {
    const { timeoutMs } = this.#wait;
    if (timeoutMs > 0) this.#timer = scheduler.after(timeoutMs, () => this.#wake("timedOut", undefined));
    try {
      if (this.#wait.side === "read") this.#wait.target.watchRead(this);
      else this.#wait.target.watchWrite(this);
    } catch (error) {
      // An app's own target.
      this.failed(error);
    }
  }

  ready(): void {
    this.#wake("ready", undefined);
  }

  failed(error: unknown): void {
    this.#wake("failed", error);
  }

  cancel(): void {
    this.#timer?.cancel();
    try {
      this.#wait.target.unwatch(this);
    } catch (error) {
      // An app's own target: its bug must not keep the others, or who waits.
      throwLater(error);
    }
  }

  #wake(outcome: "ready" | "timedOut" | "failed", error: unknown): void {
    const { target, side } = this.#wait;
    this.#end({ outcome, target, side, error });
  }
}
