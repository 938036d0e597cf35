import { CHUNKS_AHEAD } from "./protocol.ts";

/** Who sends the chunks. */
export interface ChunkSender {
  /** So many more may come. */
  taken(chunks: number): void;
  /** Nobody wants the rest. */
  cancelled(reason: unknown): void;
}

/** Chunks that are told of together as taken: half of those that may be ahead, so that the others are on their way meanwhile. */
const TAKEN_TOGETHER = CHUNKS_AHEAD / 2;

/** The body of an answer that a thread sends, pulled chunk by chunk. */
export class ChunkStream implements UnderlyingDefaultSource<Uint8Array> {
  readonly readable: ReadableStream<Uint8Array>;
  readonly #sender: ChunkSender;
  readonly #chunks: Uint8Array[] = [];
  /** Null once it was cancelled or has failed: what its thread has sent before it heard of that comes all the same. */
  #controller: ReadableStreamDefaultController<Uint8Array> | null = null;
  #pulled: (() => void) | null = null;
  #ended = false;
  #taken = 0;

  constructor(sender: ChunkSender) {
    this.#sender = sender;
    // 0: a chunk is taken when its client has room for it.
    this.readable = new ReadableStream(this, { highWaterMark: 0 });
  }

  start(controller: ReadableStreamDefaultController<Uint8Array>): void {
    this.#controller = controller;
  }

  pull(): Promise<void> | void {
    if (this.#give()) return;
    return new Promise((resolve) => this.#pulled = resolve);
  }

  cancel(reason: unknown): void {
    this.#chunks.length = 0;
    this.#controller = null;
    this.#pulled = null;
    this.#sender.cancelled(reason);
  }

  push(chunk: Uint8Array): void {
    if (this.#controller === null) return;
    this.#chunks.push(chunk);
    this.#wake();
  }

  end(): void {
    this.#ended = true;
    this.#wake();
  }

  /** The rest will not come. */
  fail(error: unknown): void {
    this.#controller?.error(error);
    this.#controller = null;
    this.#pulled?.();
    this.#pulled = null;
  }

  #wake(): void {
    if (this.#pulled === null || !this.#give()) return;
    this.#pulled();
    this.#pulled = null;
  }

  /** @returns Whether there was something. */
  #give(): boolean {
    const chunk = this.#chunks.shift();
    if (chunk !== undefined) {
      this.#controller?.enqueue(chunk);
      if (!this.#ended && ++this.#taken >= TAKEN_TOGETHER) {
        this.#sender.taken(this.#taken);
        this.#taken = 0;
      }
    } else if (this.#ended) this.#controller?.close();
    else return false;
    return true;
  }
}
