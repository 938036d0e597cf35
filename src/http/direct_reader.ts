import type { SourcePuller } from "./source_puller.ts";

/** Of a read; after `cancel` too. */
type Result = { readonly done: false; readonly value: Uint8Array } | { readonly done: true; readonly value: undefined };

/**
 * A default reader of a body's stream that takes chunks from the body's source. The stream's own way, through pull, queue and read request, costs
 * an upload of 1 MiB 0.09 of its CPU on Node 24, 0.10 on Deno 2.9 and 0.17 on Bun 1.4. It has the stream's lock; `closed`, `cancel` and all that
 * comes after the end are the stream's, which is closed or failed as its source is.
 */
export class DirectReader extends ReadableStreamDefaultReader<Uint8Array> {
  readonly #puller: SourcePuller;
  /** Lets go of the stream at its end, as a loop over it does. */
  readonly #releases: boolean;
  #released = false;

  constructor(stream: ReadableStream<Uint8Array>, puller: SourcePuller, releases = false) {
    super(stream);
    this.#puller = puller;
    this.#releases = releases;
  }

  get released(): boolean {
    return this.#released;
  }

  override read(): Promise<Result> {
    const puller = this.#puller;
    if (this.#released || !puller.direct) return this.#readStream();
    if (puller.pending !== null) {
      const readAgain = () => this.read();
      return puller.pending.then(readAgain, readAgain);
    }
    const chunk = puller.read();
    if (chunk instanceof Uint8Array) return chunk.length > 0 ? Promise.resolve({ done: false, value: chunk }) : this.read();
    if (chunk === null) return this.#readEnd();
    puller.pending = chunk;
    return chunk.then(this.#took, this.#failed);
  }

  #readEnd(): Promise<Result> {
    this.#puller.close();
    return this.#readStream();
  }

  /** What the stream has in its queue, or of its end. */
  #readStream(): Promise<Result> {
    const read = super.read() as Promise<Result>;
    if (this.#releases) read.then(({ done }) => done && this.releaseLock(), () => this.releaseLock());
    return read;
  }

  readonly #took = (chunk: Uint8Array | null): Result | Promise<Result> => {
    const puller = this.#puller;
    puller.pending = null;
    if (this.#released) {
      puller.putBack(chunk);
      throw new TypeError("read a body: its reader was released");
    }
    if (chunk === null) return this.#readEnd();
    return chunk.length > 0 ? { done: false, value: chunk } : this.read();
  };

  readonly #failed = (error: unknown): Promise<Result> => {
    const puller = this.#puller;
    puller.pending = null;
    // Else it was cancelled: that ends a read in order.
    if (puller.direct) puller.fail(error);
    return this.#readStream();
  };

  override releaseLock(): void {
    this.#released = true;
    super.releaseLock();
  }
}

/**
 * What loops over a body's stream, as the Streams standard has it: it lets go of the stream at its end, and cancels it if it is left before.
 *
 * @param reader One that releases at the end.
 */
export class ChunkIterator implements AsyncIterator<Uint8Array, undefined> {
  readonly #reader: DirectReader;
  readonly #cancels: boolean;

  constructor(reader: DirectReader, { preventCancel = false }: ReadableStreamIteratorOptions = {}) {
    this.#reader = reader;
    this.#cancels = !preventCancel;
  }

  next(): Promise<IteratorResult<Uint8Array, undefined>> {
    if (this.#reader.released) return Promise.resolve({ done: true, value: undefined });
    return this.#reader.read();
  }

  async return(reason?: unknown): Promise<IteratorReturnResult<undefined>> {
    if (!this.#reader.released) {
      const cancelled = this.#cancels ? this.#reader.cancel(reason) : undefined;
      this.#reader.releaseLock();
      await cancelled;
    }
    return { done: true, value: undefined };
  }
}

/** Has `[Symbol.asyncIterator]`, and `[Symbol.asyncDispose]` where the runtime does. */
const asyncIteratorPrototype: object = Object.getPrototypeOf(Object.getPrototypeOf(Object.getPrototypeOf(async function* () {}())));
Object.setPrototypeOf(ChunkIterator.prototype, asyncIteratorPrototype);
