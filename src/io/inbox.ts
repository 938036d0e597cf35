import type { ClockTimer } from "../contract/clock.ts";
import { HIGH_WATER_MARK } from "../contract/socket.ts";
import type { Watcher } from "../contract/waiting.ts";
import { Watchers } from "./watchers.ts";

/** What a chunk costs beside its bytes: a peer that sends single ones must not fill the memory with their objects. */
const CHUNK_COST = 128;

/** A read that waits. */
export interface PendingRead {
  resolve(chunk: Uint8Array | null): void;
  reject(reason: unknown): void;
  timer: ClockTimer | null;
}

/** What has come on a connection and nobody has read, and who waits for more. */
export class Inbox {
  readonly #watchers = new Watchers();
  readonly #reads = new Set<PendingRead>();
  #chunks: Uint8Array[] = [];
  #bytes = 0;
  /** What ends it, behind the chunks: null at the peer's end, the error in `reason` after a failure; undefined while it goes on. */
  #end: { readonly reason: unknown } | null | undefined = undefined;

  /** Bytes that nobody has read. */
  get bytes(): number {
    return this.#bytes;
  }

  /** No more should come before somebody reads. */
  get full(): boolean {
    return this.#bytes + this.#chunks.length * CHUNK_COST >= HIGH_WATER_MARK;
  }

  /** Nothing more comes. */
  get over(): boolean {
    return this.#end !== undefined;
  }

  /** @param chunk Never empty; the inbox's own from here on. */
  push(chunk: Uint8Array): void {
    if (this.over) return;
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    this.#serve();
  }

  /** The peer's end, behind what has come. */
  end(): void {
    if (this.over) return;
    this.#end = null;
    this.#serve();
  }

  /** No more comes; what has come is read before the reason is met. */
  fail(reason: unknown): void {
    if (this.over) return;
    this.#end = { reason };
    this.#serve();
  }

  /** Forgets what has come. */
  clear(): void {
    this.#chunks = [];
    this.#bytes = 0;
  }

  /** Reads at once, if there is anything to tell, else when there is. */
  read(read: PendingRead): void {
    this.#reads.add(read);
    this.#serve();
  }

  /** Calls a read off. @returns False if it was over. */
  forget(read: PendingRead): boolean {
    return this.#reads.delete(read);
  }

  watch(watcher: Watcher): void {
    this.#watchers.add(watcher);
    if (this.#reads.size === 0) this.#serve();
  }

  unwatch(watcher: Watcher): void {
    this.#watchers.remove(watcher);
  }

  /** Reads come first, in order, then whoever only waits. */
  #serve(): void {
    for (const read of this.#reads) {
      const failed = this.#bytes === 0 ? this.#end : null;
      if (failed === undefined) return;
      this.#reads.delete(read);
      read.timer?.cancel();
      if (failed === null) read.resolve(this.#bytes === 0 ? null : this.#takeAll());
      else read.reject(failed.reason);
    }
    if (this.#bytes > 0 || this.#end === null) this.#watchers.ready();
    else if (this.#end !== undefined) this.#watchers.fail(this.#end.reason);
  }

  #takeAll(): Uint8Array {
    const [first] = this.#chunks;
    const all = this.#chunks.length === 1 && first !== undefined ? first : joined(this.#chunks, this.#bytes);
    this.clear();
    return all;
  }
}

function joined(chunks: readonly Uint8Array[], bytes: number): Uint8Array {
  const all = new Uint8Array(bytes);
  let offset = 0;
  for (const chunk of chunks) {
    all.set(chunk, offset);
    offset += chunk.length;
  }
  return all;
}
