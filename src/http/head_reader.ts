import type { DecodeLatin1 } from "../contract/bytes.ts";
import { ProtocolError } from "../errors.ts";
import { isAuthority } from "./authority.ts";
import { FieldReader } from "./field_reader.ts";
import { CR, LF } from "./grammar.ts";
import { HeadFields } from "./head_fields.ts";
import { HttpHead } from "./http_head.ts";
import type { HttpLimits } from "./limits.ts";
import type { ReceiveBuffer } from "./receive_buffer.ts";
import { RequestLineReader } from "./request_line.ts";

/**
 * Reads a request's head, every byte of it against a table, and goes on where it stopped. What is learnt on the way is numbers; a head
 * that is whole is copied out of its borrowed bytes into one string, of which all of its strings are slices.
 *
 * Seen (Node 24, Bun 1.4.5, Deno 2.9.6; in `bench/micro/http.ts`): the copy is 0.03 to 0.1 us whatever the head's size.
 */
export class HeadReader {
  readonly #limits: HttpLimits;
  readonly #latin1: DecodeLatin1;
  readonly #line: RequestLineReader;
  readonly #known = new HeadFields();
  readonly #fields: FieldReader;
  #inFields = false;
  #fieldsStart = 0;
  #emptyLine = false;

  /** @param latin1 The runtime's fastest. */
  constructor(limits: HttpLimits, latin1: DecodeLatin1) {
    this.#limits = limits;
    this.#latin1 = latin1;
    this.#line = new RequestLineReader(limits);
    this.#fields = new FieldReader(limits, this.#known);
  }

  /**
   * Reads on, and consumes a head that is whole.
   *
   * @returns Null if more bytes are needed; those that came stay in the buffer.
   * @throws {ProtocolError} It is not a valid head, or past a limit.
   */
  read(input: ReceiveBuffer): HttpHead | null {
    const { bytes } = input;
    if (!this.#inFields && bytes[input.start] === CR && !this.#skipEmptyLine(input)) return null;
    const base = input.start;
    const end = Math.min(input.end, base + this.#limits.headBytes);
    if (!this.#inFields) {
      const next = this.#line.read(bytes, base, end);
      if (next < 0) return this.#pause(base, end);
      this.#known.begin(this.#line.minor);
      this.#fieldsStart = next - base;
      this.#fields.begin(this.#fieldsStart);
      this.#inFields = true;
    }
    const next = this.#fields.read(bytes, base, end);
    if (next < 0) return this.#pause(base, end);
    input.start = next;
    const head = this.#finish(this.#latin1(bytes, base, next));
    this.#line.begin();
    this.#inFields = this.#emptyLine = false;
    return head;
  }

  /** One CRLF before a request is passed over: old clients send it after a body (RFC 9112 section 2.2). */
  #skipEmptyLine(input: ReceiveBuffer): boolean {
    const { bytes, start, end } = input;
    if (end - start < 2 && !this.#emptyLine) return false;
    if (this.#emptyLine || bytes[start + 1] !== LF) throw new ProtocolError(400, "a request line without a valid method");
    this.#emptyLine = true;
    input.start += 2;
    return true;
  }

  #pause(base: number, end: number): null {
    if (end - base === this.#limits.headBytes) throw new ProtocolError(431, `a head of more than ${this.#limits.headBytes} bytes`);
    return null;
  }

  #finish(text: string): HttpHead {
    const { method, targetStart, targetEnd, minor, absolute } = this.#line;
    const { hostStart, hostEnd, keepAlive, expectsContinue } = this.#known;
    const framing = this.#known.framing();
    // RFC 9112 section 3.2. An absolute target wins over the field, which must be valid all the same.
    if (hostStart < 0) {
      if (minor === 1) throw new ProtocolError(400, "HTTP/1.1 without a host field");
    } else if (!isAuthority(text, hostStart, hostEnd)) throw new ProtocolError(400, "a host field that is not valid");
    return new HttpHead({
      text,
      method,
      targetStart,
      targetEnd,
      minor,
      absolute,
      fieldsStart: this.#fieldsStart,
      fieldCount: this.#fields.count,
      hostStart: Math.max(0, hostStart),
      hostEnd,
      framing,
      expectsContinue,
      keepAlive,
    });
  }
}
