import { settled, type SourcePuller } from "./source_puller.ts";

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
  /** Rejects the reads that wait, first to last: a reader that is released fails them at once. */
  #waiting: ((error: unknown) => void)[] = [];

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
    if (puller.pending !== null) return this.#readBehind(puller.pending);
    const chunk = puller.read();
    if (chunk instanceof Uint8Array) return chunk.length > 0 ? Promise.resolve({ done: false, value: chunk }) : this.read();
    if (chunk === null) return this.#readEnd();
    puller.pending = chunk;
    return new Promise((resolve, reject) => {
      this.#waiting.push(reject);
      chunk.then((value) => this.#took(value, resolve), (error) => this.#failed(error, resolve));
    });
  }

  /** Another read waits for its chunk: this one's turn is after it. */
  #readBehind(pending: Promise<unknown>): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.#waiting.push(reject);
      settled(pending).then(() => {
        this.#waiting.shift();
        if (!this.#released) resolve(this.read());
      });
    });
  }

  #took(chunk: Uint8Array | null, resolve: (result: Result | Promise<Result>) => void): void {
    const puller = this.#puller;
    puller.pending = null;
    this.#waiting.shift();
    if (this.#released) puller.putBack(chunk);
    else if (chunk === null) resolve(this.#readEnd());
    else resolve(chunk.length > 0 ? { done: false, value: chunk } : this.read());
  }

  #failed(error: unknown, resolve: (result: Promise<Result>) => void): void {
    const puller = this.#puller;
    puller.pending = null;
    this.#waiting.shift();
    // Else it was cancelled: that ends a read in order.
    if (puller.direct) puller.fail(error);
    if (!this.#released) resolve(this.#readStream());
  }

  #readEnd(): Promise<Result> {
    if (this.#puller.direct) this.#puller.close();
    return this.#readStream();
  }

  /** What the stream has in its queue, or of its end. */
  #readStream(): Promise<Result> {
    const read = super.read() as Promise<Result>;
    if (this.#releases) read.then(({ done }) => done && this.releaseLock(), () => this.releaseLock());
    return read;
  }

  override releaseLock(): void {
    this.#released = true;
    super.releaseLock();
    for (const reject of this.#waiting) reject(new TypeError("read a body: its reader was released"));
    this.#waiting = [];
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
  /** The last `next`; `return` waits for it. */
  #last: Promise<unknown> | null = null;

  constructor(reader: DirectReader, { preventCancel = false }: ReadableStreamIteratorOptions = {}) {
    this.#reader = reader;
    this.#cancels = !preventCancel;
  }

  next(): Promise<IteratorResult<Uint8Array, undefined>> {
    if (this.#reader.released) return Promise.resolve({ done: true, value: undefined });
    const read = this.#reader.read();
    this.#last = read;
    return read;
  }

  async return(reason?: unknown): Promise<IteratorReturnResult<undefined>> {
    if (this.#last !== null) await settled(this.#last);
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
