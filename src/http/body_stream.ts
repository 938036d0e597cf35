import type { BodySource } from "../contract/body.ts";
import type { Body } from "./body.ts";

/** What a stream can be made of. */
export type StreamContent = string | Uint8Array | BodySource;

const encoder = new TextEncoder();

/**
 * The stream of a body that is not read otherwise, made when an app touches `.body`. It knows its body: a Response made of it takes the
 * body as it is, and a string leaves as a string (Hono makes a new Response of the old one's stream for each header it adds).
 */
export class BodyStream extends ReadableStream<Uint8Array> {
  readonly #body: Body;
  readonly #puller: Puller;

  constructor(body: Body, content: StreamContent) {
    const puller = new Puller(content);
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
}

Object.defineProperty(BodyStream.prototype, "constructor", { value: ReadableStream, writable: true, configurable: true });

class Puller {
  readonly type = "bytes";
  readonly #content: StreamContent;
  touched = false;

  constructor(content: StreamContent) {
    this.#content = content;
  }

  pull(controller: ReadableByteStreamController): void | Promise<void> {
    this.touched = true;
    const content = this.#content;
    if (typeof content === "string" || content instanceof Uint8Array) {
      const bytes = typeof content === "string" ? encoder.encode(content) : content;
      if (bytes.length > 0) enqueue(controller, bytes);
      close(controller);
      return;
    }
    return this.#pullFrom(content, controller);
  }

  async #pullFrom(source: BodySource, controller: ReadableByteStreamController): Promise<void> {
    for (;;) {
      const chunk = await source.read();
      if (chunk === null) return close(controller);
      if (chunk.length > 0) return enqueue(controller, chunk);
    }
  }

  cancel(): void {
    this.touched = true;
    if (typeof this.#content === "object" && !(this.#content instanceof Uint8Array)) this.#content.cancel();
  }
}

/** A byte stream transfers the whole buffer, which is only ours if the chunk is all of it. */
function enqueue(controller: ReadableByteStreamController, bytes: Uint8Array): void {
  const whole = bytes.byteLength === bytes.buffer.byteLength && bytes.buffer instanceof ArrayBuffer;
  controller.enqueue(whole ? bytes as Uint8Array<ArrayBuffer> : bytes.slice());
}

/** A BYOB read that waits is only told of the end by an empty answer. */
function close(controller: ReadableByteStreamController): void {
  controller.close();
  controller.byobRequest?.respond(0);
}
