import type { ReadTarget, Watcher } from "../../contract/waiting.ts";
import { Watchers } from "../../io/watchers.ts";
import type { InputSource } from "./input_source.ts";

/** A program's standard input: the request's body, of which one chunk is held. It is asked for when the program reads or waits, and not before. */
export class ProgramInput implements ReadTarget {
  readonly #source: InputSource;
  readonly #watchers = new Watchers();
  #chunk: Uint8Array | null = null;
  #ended = false;
  #failed = false;

  constructor(source: InputSource) {
    this.#source = source;
  }

  /** Whether a read need not wait; asks for the next chunk if none is held. */
  get ready(): boolean {
    if (!this.#isReady) this.#ask();
    return this.#isReady;
  }

  get #isReady(): boolean {
    return this.#chunk !== null || this.#ended || this.#failed;
  }

  /** Bytes that a read would take at once. */
  get held(): number {
    return this.#chunk?.length ?? 0;
  }

  /** Moves bytes of what is held, once it is ready. @returns How many; 0 at the end, null where the rest will not come. */
  read(into: Uint8Array): number | null {
    const chunk = this.#chunk;
    if (chunk === null) return this.#failed ? null : 0;
    const length = Math.min(chunk.length, into.length);
    into.set(chunk.subarray(0, length));
    this.#chunk = length === chunk.length ? null : chunk.subarray(length);
    return length;
  }

  watchRead(watcher: Watcher): void {
    if (this.ready) watcher.ready();
    else this.#watchers.add(watcher);
  }

  unwatch(watcher: Watcher): void {
    this.#watchers.remove(watcher);
  }

  /** An empty chunk is none. */
  #ask(): void {
    try {
      do {
        const chunk = this.#source.next(this.#came);
        if (chunk === undefined) return;
        if (chunk === null) this.#ended = true;
        else if (chunk.length > 0) this.#chunk = chunk;
      } while (!this.#isReady);
    } catch {
      // What it fails with is the client's going, or a body that is refused: its connection tells of both.
      this.#failed = true;
    }
  }

  readonly #came = (): void => {
    if (this.ready) this.#watchers.ready();
  };
}
