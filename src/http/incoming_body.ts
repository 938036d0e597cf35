import type { DecodeLatin1 } from "../contract/bytes.ts";
import type { BodyFraming } from "../contract/head.ts";
import { ProtocolError } from "../errors.ts";
import { type BodyReader, LengthReader } from "./body_reader.ts";
import { ChunkedReader } from "./chunked_reader.ts";
import type { DataEvent, EndEvent, NeedMore } from "./events.ts";
import type { HttpLimits } from "./limits.ts";
import type { ReceiveBuffer } from "./receive_buffer.ts";

/** A request's body while it comes: counted, held to its limit, and thrown away once nobody wants it. */
export class IncomingBody {
  /** Bytes that it may have; what counts is the limit when the bytes are read. */
  limit: number;
  readonly #reader: BodyReader;
  /** Bytes of data that have come. */
  #bytes = 0;
  #skipping = false;

  constructor(framing: Exclude<BodyFraming, { kind: "none" }>, limits: HttpLimits, latin1: DecodeLatin1) {
    this.limit = limits.bodyBytes;
    this.#reader = framing.kind === "length" ? new LengthReader(framing.bytes) : new ChunkedReader(limits, latin1);
  }

  /** None of its data has come. */
  get untouched(): boolean {
    return this.#bytes === 0;
  }

  /** Bytes of data that are known to come yet: all of the rest, or of a chunk. */
  get announced(): number {
    return this.#reader.announced;
  }

  /**
   * Gives the next event.
   *
   * @throws {ProtocolError} The framing is broken, or the body is longer than its limit: at once if its length is known.
   */
  next(input: ReceiveBuffer): DataEvent | EndEvent | NeedMore {
    for (;;) {
      const event = this.#reader.read(input);
      if (event.type === "data") this.#bytes += event.bytes.length;
      if (this.#bytes + this.#reader.announced > this.limit) throw new ProtocolError(413, `a body of more than ${this.limit} bytes`);
      if (event.type !== "data" || !this.#skipping) return event;
    }
  }

  /** Nobody wants the rest: from now on `next` gives none of it, and refuses more than `most` bytes. */
  skip(most: number): void {
    this.#skipping = true;
    this.limit = Math.min(this.limit, this.#bytes + most);
  }
}
