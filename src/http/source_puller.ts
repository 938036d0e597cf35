import type { BodySource } from "../contract/body.ts";

/** What a stream takes the bytes of a source from: pulled by the stream itself, or read directly, past its queue, by one that has its lock. */
export class SourcePuller {
  readonly type = "bytes";
  /** Whether it was ever read from or cancelled. */
  touched = false;
  /** Whether its stream's queue is empty, and the stream open, so that it may be read directly. Once false it stays so. */
  direct = true;
  /** A direct read that waits for its chunk. The source knows no second one. */
  pending: Promise<Uint8Array | null> | null = null;
  readonly #source: BodySource;
  #controller: ReadableByteStreamController | null = null;
  /** A chunk whose reader let go of the stream before it came. */
  #returned: Uint8Array | null = null;

  constructor(source: BodySource) {
    this.#source = source;
  }

  /** For the stream. */
  start(controller: ReadableByteStreamController): void {
    this.#controller = controller;
  }

  /** For the stream: one chunk for its queue. From now on what is read has to pass by it. */
  async pull(): Promise<void> {
    this.direct = false;
    for (;;) {
      while (this.pending !== null) await settled(this.pending);
      const chunk = await this.read();
      if (chunk === null) return this.close();
      if (chunk.length > 0) return this.#controller!.enqueue(chunk as Uint8Array<ArrayBuffer>);
    }
  }

  /** For the stream. */
  cancel(): void {
    this.touched = true;
    this.direct = false;
    this.#source.cancel();
  }

  /** Takes the next chunk, which may be empty; null at the end. */
  read(): Uint8Array | null | Promise<Uint8Array | null> {
    this.touched = true;
    const returned = this.#returned;
    this.#returned = null;
    return returned ?? this.#source.read();
  }

  /** Takes back what was read for nobody. */
  putBack(chunk: Uint8Array | null): void {
    this.#returned = chunk;
  }

  /** Its end was read. A BYOB read that waits is only told of it by an empty answer. */
  close(): void {
    this.direct = false;
    this.#controller!.close();
    this.#controller!.byobRequest?.respond(0);
  }

  /** A direct read failed: so has the stream. */
  fail(error: unknown): void {
    this.direct = false;
    this.#controller!.error(error);
  }
}

/** Fulfils when a promise has, or was rejected. */
export function settled(promise: Promise<unknown>): Promise<void> {
  return promise.then(NOTHING, NOTHING);
}

const NOTHING = (): void => {};
