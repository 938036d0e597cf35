import type { ReadTarget, Watcher } from "../contract/waiting.ts";
import { Watchers } from "./watchers.ts";

/** A Web stream that can be waited for: at most one chunk of it is held, the one that was waited for. */
export interface Peekable<T> extends ReadTarget {
  /**
   * The next chunk; null at the end. Reads are served in order.
   *
   * @throws What the stream fails with (as a rejection).
   */
  read(): Promise<T | null>;
  /** Gives the stream up; reads that wait get its end. */
  cancel(reason?: unknown): Promise<void>;
}

/**
 * Makes any Web stream one that `waitRead` can wait for, and locks it. A chunk is asked for when somebody waits or reads, and not before.
 *
 * @example
 * ```ts
 * const upload = peekable(request.body!);
 * waitRead(upload, { timeoutMs: 5000 });
 * const { outcome } = await suspend();
 * if (outcome === "ready") await save(await upload.read());
 * ```
 * @throws {TypeError} The stream is locked already.
 */
export function peekable<T>(readable: ReadableStream<T>): Peekable<T> {
  return new PeekedStream(readable.getReader());
}

class PeekedStream<T> implements Peekable<T> {
  readonly #reader: ReadableStreamDefaultReader<T>;
  readonly #watchers = new Watchers();
  /** What is held, or under way, for whoever reads next. */
  #next: ReturnType<ReadableStreamDefaultReader<T>["read"]> | null = null;
  /** What came of it; null while it is under way. */
  #held: { readonly ok: true } | { readonly ok: false; readonly reason: unknown } | null = null;

  constructor(reader: ReadableStreamDefaultReader<T>) {
    this.#reader = reader;
  }

  async read(): Promise<T | null> {
    const next = this.#next ?? this.#reader.read();
    this.#forget(next);
    try {
      const { done, value } = await next;
      return done ? null : value;
    } finally {
      // Who waits for what this read has taken waits for what is behind it.
      if (this.#next === null && this.#watchers.any) this.#ask();
    }
  }

  cancel(reason?: unknown): Promise<void> {
    this.#next = null;
    this.#held = null;
    const cancelled = this.#reader.cancel(reason);
    if (this.#watchers.any) this.#ask();
    return cancelled;
  }

  watchRead(watcher: Watcher): void {
    if (this.#held !== null) {
      if (this.#held.ok) watcher.ready();
      else watcher.failed(this.#held.reason);
      return;
    }
    this.#watchers.add(watcher);
    if (this.#next === null) this.#ask();
  }

  unwatch(watcher: Watcher): void {
    this.#watchers.remove(watcher);
  }

  #forget(next: Promise<unknown>): void {
    if (this.#next !== next) return;
    this.#next = null;
    this.#held = null;
  }

  /** The chunk that comes is the next read's. */
  #ask(): void {
    const next = this.#reader.read();
    this.#next = next;
    next.then(() => {
      if (this.#next !== next) return;
      this.#held = { ok: true };
      this.#watchers.ready();
    }, (reason: unknown) => {
      if (this.#next !== next) return;
      this.#held = { ok: false, reason };
      this.#watchers.fail(reason);
    });
  }
}
