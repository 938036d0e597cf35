import type { ReadTarget, Watcher, WriteTarget } from "../../src/contract/waiting.ts";
import { Watchers } from "../../src/io/watchers.ts";

/** A target that is ready when a test says so, as an app's own may be. */
export class OpenTarget implements ReadTarget, WriteTarget {
  readonly #readers = new Watchers();
  readonly #writers = new Watchers();
  #isReady = false;
  /** How many watch it. */
  watching = 0;

  watchRead(watcher: Watcher): void {
    this.#watch(this.#readers, watcher);
  }

  watchWrite(watcher: Watcher): void {
    this.#watch(this.#writers, watcher);
  }

  #watch(watchers: Watchers, watcher: Watcher): void {
    this.watching++;
    if (this.#isReady) watcher.ready();
    else watchers.add(watcher);
  }

  unwatch(watcher: Watcher): void {
    this.watching--;
    this.#readers.remove(watcher);
    this.#writers.remove(watcher);
  }

  /** It may be read now. */
  readable(): void {
    this.#readers.ready();
  }

  /** It may be written now. */
  writable(): void {
    this.#writers.ready();
  }

  /** From now on it is ready whenever it is watched. */
  stayReady(): void {
    this.#isReady = true;
    this.readable();
    this.writable();
  }

  break(error: Error): void {
    this.#readers.fail(error);
    this.#writers.fail(error);
  }
}
