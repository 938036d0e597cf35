import type { Readable } from "node:stream";
import type { LoopBody } from "../contract/loop.ts";
import { BrokenError } from "../errors.ts";

/** A request's body as a stream of Node's, which takes in no more than its mark before it is read. */
export class ReadableBody implements LoopBody {
  readonly #stream: Readable;
  readonly #first: () => void;
  #opened = false;
  #failure: Error | null = null;
  #wake: (() => void) | null = null;

  /** @param first Called before the first read. */
  constructor(stream: Readable, first: () => void) {
    this.#stream = stream;
    this.#first = first;
  }

  #open(): void {
    if (this.#opened) return;
    this.#opened = true;
    this.#first();
    const fail = (error?: Error) => {
      this.#failure ??= error ?? new BrokenError("read a request's body: the client has gone");
      this.#awake();
    };
    this.#stream.on("readable", this.#awake).once("end", this.#awake).once("error", fail).once("close", () => fail());
    if (this.#stream.destroyed) fail();
  }

  readonly #awake = (): void => {
    this.#wake?.();
    this.#wake = null;
  };

  async read(): Promise<Uint8Array | null> {
    this.#open();
    for (;;) {
      const chunk: Uint8Array | null = this.#stream.read();
      // No Buffer: a slice of one would share its memory.
      if (chunk !== null) return new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.length);
      if (this.#stream.readableEnded) return null;
      if (this.#failure !== null) throw this.#failure;
      await new Promise<void>((resolve) => this.#wake = resolve);
    }
  }

  /** What is left is thrown away as it comes: else it would stay in the way of the connection's next request, and keep a stream of HTTP/2. */
  cancel(): void {
    this.#failure ??= new BrokenError("read a request's body: it was cancelled");
    this.#awake();
    // With a listener for it Node does not let a stream flow.
    this.#stream.off("readable", this.#awake);
    this.#stream.resume();
  }
}
