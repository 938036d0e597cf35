import type { Watcher } from "../contract/waiting.ts";

/** Who waits for one side of a target. */
export class Watchers {
  #watchers = new Set<Watcher>();

  /** Whether anybody waits. */
  get any(): boolean {
    return this.#watchers.size > 0;
  }

  add(watcher: Watcher): void {
    this.#watchers.add(watcher);
  }

  remove(watcher: Watcher): void {
    this.#watchers.delete(watcher);
  }

  /** Tells all of them, and forgets them first: one that is told may watch again. */
  ready(): void {
    for (const watcher of this.#takeAll()) watcher.ready();
  }

  /** Tells all of them, and forgets them first. */
  fail(error: unknown): void {
    for (const watcher of this.#takeAll()) watcher.failed(error);
  }

  #takeAll(): Iterable<Watcher> {
    const watchers = this.#watchers;
    if (watchers.size > 0) this.#watchers = new Set();
    return watchers;
  }
}
