import { joined } from "../http/read_all.ts";

/** Who hears of a queue. */
export interface AnswerQueueHandler {
  /** All of it was taken; once it was full, and at its end. */
  emptied(isEnd: boolean): void;
  /** Nobody takes the rest. */
  cancelled(): void;
}

/**
 * An answer's body between heddle, which pushes, and a runtime, which pulls it as a stream: what waits here is what the runtime has not taken, so
 * that a client that takes nothing fills no more than the mark and a chunk.
 */
export class AnswerQueue {
  /** For the runtime. */
  readonly stream: ReadableStream<Uint8Array>;
  /** That wait. */
  bytes = 0;
  readonly #mark: number;
  readonly #handler: AnswerQueueHandler;
  readonly #chunks: Uint8Array[] = [];
  #controller!: ReadableStreamDefaultController<Uint8Array>;
  /** The runtime waits for a chunk. */
  #asked = false;
  #corked = false;
  #full = false;
  #ending = false;
  #over = false;

  constructor(mark: number, handler: AnswerQueueHandler) {
    this.#mark = mark;
    this.#handler = handler;
    this.stream = new ReadableStream<Uint8Array>(
      {
        start: (controller) => void (this.#controller = controller),
        pull: () => {
          this.#asked = true;
          this.#give();
        },
        cancel: () => {
          if (!this.#close()) return;
          this.#handler.cancelled();
        },
      },
      // Nothing is kept in the stream's own queue, of which nobody is told when it was taken.
      { highWaterMark: 0 },
    );
  }

  push(chunk: Uint8Array): void {
    if (this.#over || chunk.length === 0) return;
    this.#chunks.push(chunk);
    this.bytes += chunk.length;
    if (this.bytes > this.#mark) this.#full = true;
    if (!this.#corked) this.#give();
  }

  cork(): void {
    this.#corked = true;
  }

  uncork(): void {
    this.#corked = false;
    this.#give();
  }

  end(): void {
    this.#ending = true;
    this.#corked = false;
    this.#give();
  }

  /** The rest will not come. */
  fail(error: unknown): void {
    if (this.#close()) this.#controller.error(error);
  }

  /** @returns False if it was closed already. */
  #close(): boolean {
    const was = this.#over;
    this.#over = true;
    this.#chunks.length = 0;
    this.bytes = 0;
    return !was;
  }

  #give(): void {
    if (!this.#asked || this.#corked || this.#over) return;
    if (this.#chunks.length > 0) {
      this.#asked = false;
      const chunk = joined(this.#chunks);
      this.#chunks.length = 0;
      this.bytes = 0;
      this.#controller.enqueue(chunk);
    } else if (!this.#ending) return;
    if (this.#ending) {
      // At once: whoever has the last bytes need not ask again to learn that they are.
      this.#over = true;
      this.#controller.close();
    } else if (!this.#full) return;
    this.#full = false;
    this.#handler.emptied(this.#ending);
  }
}
