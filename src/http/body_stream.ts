import type { BodySource } from "../contract/body.ts";
import type { Body } from "./body.ts";
import { ChunkIterator, DirectReader } from "./direct_reader.ts";
import { SourcePuller } from "./source_puller.ts";

/** What a stream can be made of. */
export type StreamContent = string | Uint8Array | BodySource;

/** What loops over a stream. */
type Chunks = ReturnType<ReadableStream<Uint8Array>["values"]>;

const encoder = new TextEncoder();

/**
 * The stream of a body that is not read otherwise, made when an app touches `.body`. It knows its body: a Response made of it takes the
 * body as it is, and a string leaves as a string (Hono makes a new Response of the old one's stream for each header it adds).
 *
 * A default reader of a source's stream, and a loop over it, read the source without the stream's own queue: see `DirectReader`.
 */
export class BodyStream extends ReadableStream<Uint8Array> {
  readonly #body: Body;
  readonly #puller: SourcePuller | Giver;

  constructor(body: Body, content: StreamContent) {
    const puller = typeof content === "string" || content instanceof Uint8Array ? new Giver(content) : new SourcePuller(content);
    // 0: nothing is pulled before somebody reads, which is the backpressure to the socket and tells `disturbed`.
    super(puller as UnderlyingSource<Uint8Array>, { highWaterMark: 0 });
    this.#body = body;
    this.#puller = puller;
  }

  /** The body that a stream is of; null where it is none of ours. */
  static bodyOf(stream: object): Body | null {
    return #body in stream ? stream.#body : null;
  }

  /** Whether it was ever read from or cancelled. */
  static disturbed(stream: BodyStream): boolean {
    return stream.#puller.touched;
  }

  override getReader(options: { mode: "byob" }): ReadableStreamBYOBReader;
  override getReader(): ReadableStreamDefaultReader<Uint8Array>;
  override getReader(options?: ReadableStreamGetReaderOptions): ReadableStreamReader<Uint8Array> {
    if (options?.mode !== undefined || this.#puller instanceof Giver) return super.getReader(options as { mode: "byob" });
    return new DirectReader(this, this.#puller);
  }

  override values(options?: ReadableStreamIteratorOptions): Chunks {
    if (this.#puller instanceof Giver) return super.values(options);
    const chunks: AsyncIterator<Uint8Array> = new ChunkIterator(new DirectReader(this, this.#puller, true), options);
    return chunks as Chunks;
  }

  override [Symbol.asyncIterator](options?: ReadableStreamIteratorOptions): Chunks {
    return this.values(options);
  }
}

Object.defineProperty(BodyStream.prototype, "constructor", { value: ReadableStream, writable: true, configurable: true });

/** Gives what is there already, in one chunk. */
class Giver {
  readonly type = "bytes";
  readonly #content: string | Uint8Array;
  touched = false;

  constructor(content: string | Uint8Array) {
    this.#content = content;
  }

  pull(controller: ReadableByteStreamController): void {
    this.touched = true;
    const content = this.#content;
    // A byte stream transfers the buffer, which others may have a view of.
    const bytes = typeof content === "string" ? encoder.encode(content) : content.slice();
    if (bytes.length > 0) controller.enqueue(bytes);
    controller.close();
    controller.byobRequest?.respond(0);
  }

  cancel(): void {
    this.touched = true;
  }
}
