import type { DecodeLatin1 } from "../contract/bytes.ts";
import { ProtocolError } from "../errors.ts";
import type { BodyReader } from "./body_reader.ts";
import { ChunkExtension } from "./chunk_extension.ts";
import { type DataEvent, type EndEvent, NEED_MORE, type NeedMore, NO_TRAILERS } from "./events.ts";
import { FieldReader } from "./field_reader.ts";
import { FieldText } from "./field_text.ts";
import { CR, HEX, LF } from "./grammar.ts";
import type { HttpLimits } from "./limits.ts";
import type { ReceiveBuffer } from "./receive_buffer.ts";

/** 2^48 bytes in a chunk: exact in a number, and past every limit. More digits are refused, zeros in front too. */
const SIZE_DIGITS = 12;

/** What comes next. */
type Phase = "size" | "extension" | "size-lf" | "data" | "data-cr" | "data-lf" | "trailers";

/** A chunked body (RFC 9112 section 7.1). Its lines end in CRLF; a size is hexadecimal digits and nothing else. */
export class ChunkedReader implements BodyReader {
  announced = 0;
  readonly #limits: HttpLimits;
  readonly #latin1: DecodeLatin1;
  readonly #extension = new ChunkExtension();
  #trailers: FieldReader | null = null;
  #phase: Phase = "size";
  #size = 0;
  #digits = 0;

  constructor(limits: HttpLimits, latin1: DecodeLatin1) {
    this.#limits = limits;
    this.#latin1 = latin1;
  }

  read(input: ReceiveBuffer): DataEvent | EndEvent | NeedMore {
    while (this.#phase !== "data" && this.#phase !== "trailers") {
      if (input.start === input.end) return NEED_MORE;
      this.#byte(input.bytes[input.start]);
      input.start++;
    }
    if (this.#phase === "trailers") return this.#readTrailers(input);
    const data = input.take(this.announced);
    if (data === null) return NEED_MORE;
    this.announced -= data.length;
    if (this.announced === 0) this.#phase = "data-cr";
    return { type: "data", bytes: data };
  }

  /** One byte of what is between two chunks' data. */
  #byte(byte: number): void {
    switch (this.#phase) {
      case "size":
        if (HEX[byte] < 16) this.#digit(HEX[byte]);
        else if (this.#digits === 0) throw new ProtocolError(400, "a chunk without a valid size");
        else this.#afterSize(byte);
        return;
      case "extension":
        if (byte !== CR || !this.#extension.complete) this.#extension.read(byte);
        else this.#phase = "size-lf";
        return;
      case "size-lf":
        if (byte !== LF) throw new ProtocolError(400, "a chunk size line without CRLF");
        this.#phase = this.#size === 0 ? "trailers" : "data";
        this.announced = this.#size;
        this.#size = this.#digits = 0;
        return;
      case "data-cr":
        if (byte !== CR) throw new ProtocolError(400, "a chunk that is longer than its size");
        this.#phase = "data-lf";
        return;
      case "data-lf":
        if (byte !== LF) throw new ProtocolError(400, "a chunk without CRLF behind it");
        this.#phase = "size";
    }
  }

  #digit(value: number): void {
    if (++this.#digits > SIZE_DIGITS) throw new ProtocolError(400, `a chunk size of more than ${SIZE_DIGITS} digits`);
    this.#size = this.#size * 16 + value;
  }

  #afterSize(byte: number): void {
    if (byte === CR) {
      this.#phase = "size-lf";
      return;
    }
    this.#extension.begin();
    this.#extension.read(byte);
    this.#phase = "extension";
  }

  #readTrailers(input: ReceiveBuffer): EndEvent | NeedMore {
    const { bytes, start } = input;
    if (this.#trailers === null) this.#trailers = new FieldReader(this.#limits, null);
    const end = Math.min(input.end, start + this.#limits.headBytes);
    const next = this.#trailers.read(bytes, start, end);
    if (next < 0) {
      if (end - start === this.#limits.headBytes) {
        throw new ProtocolError(431, `a trailer section of more than ${this.#limits.headBytes} bytes`);
      }
      return NEED_MORE;
    }
    input.start = next;
    const { count } = this.#trailers;
    return count === 0 ? NO_TRAILERS : { type: "end", trailers: new FieldText(this.#latin1(bytes, start, next), 0, count, null) };
  }
}
