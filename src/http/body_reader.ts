import { type DataEvent, type EndEvent, NEED_MORE, type NeedMore, NO_TRAILERS } from "./events.ts";
import type { ReceiveBuffer } from "./receive_buffer.ts";

/** Reads a request's body out of its framing (RFC 9112 section 6). */
export interface BodyReader {
  /** Bytes of data that are still known to come, from now on: all of the rest, or of a chunk. */
  readonly announced: number;
  /**
   * Gives the next piece of data, or the end; consumes what it gives.
   *
   * @throws {ProtocolError} The framing is broken.
   */
  read(input: ReceiveBuffer): DataEvent | EndEvent | NeedMore;
}

/** A body that Content-Length delimits. */
export class LengthReader implements BodyReader {
  announced: number;

  /** @param length In bytes. */
  constructor(length: number) {
    this.announced = length;
  }

  read(input: ReceiveBuffer): DataEvent | EndEvent | NeedMore {
    if (this.announced === 0) return NO_TRAILERS;
    const data = input.take(this.announced);
    if (data === null) return NEED_MORE;
    this.announced -= data.length;
    return { type: "data", bytes: data };
  }
}
