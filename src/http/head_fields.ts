import type { BodyFraming } from "../contract/head.ts";
import { ProtocolError } from "../errors.ts";
import type { FieldSink, KnownField } from "./field_reader.ts";
import { COMMA, isToken, NINE, SPACE, TAB, TOKEN, ZERO } from "./grammar.ts";

const NO_BODY: BodyFraming = { kind: "none" };
const CHUNKED: BodyFraming = { kind: "chunked" };

/** No Content-Length came. */
const NONE = -1;

/**
 * What a head's fields say of its framing and its connection, gathered while they are read. Where RFC 9112 lets a
 * server repair a message or guess, this refuses: each such choice is one that a proxy in front may have made
 * differently.
 */
export class HeadFields implements FieldSink {
  /** Offsets of the host field's value from the head's first byte; `hostStart` is -1 where there is none. */
  hostStart = NONE;
  hostEnd = 0;
  #minor: 0 | 1 = 1;
  #contentLength = NONE;
  #chunked = false;
  #close = false;
  #keepAlive = false;
  #continue = false;
  #unknownExpectation = false;

  /** Begins the fields of a head of HTTP/1.`minor`. */
  begin(minor: 0 | 1): void {
    this.#minor = minor;
    this.hostStart = NONE;
    this.hostEnd = 0;
    this.#contentLength = NONE;
    this.#chunked = this.#close = this.#keepAlive = false;
    this.#continue = this.#unknownExpectation = false;
  }

  field(name: KnownField, bytes: Uint8Array, base: number, start: number, end: number): void {
    switch (name) {
      case "host":
        if (this.hostStart !== NONE) throw new ProtocolError(400, "more than one host field");
        this.hostStart = start - base;
        this.hostEnd = end - base;
        return;
      case "content-length":
        if (this.#contentLength !== NONE) throw new ProtocolError(400, "more than one content-length field");
        this.#contentLength = parseLength(bytes, start, end);
        return;
      case "transfer-encoding":
        if (this.#minor === 0) throw new ProtocolError(400, "transfer-encoding in HTTP/1.0");
        if (this.#chunked) throw new ProtocolError(400, "more than one transfer-encoding field");
        checkCodings(bytes, start, end);
        this.#chunked = true;
        return;
      case "connection":
        this.#connection(bytes, start, end);
        return;
      case "expect":
        if (isToken(bytes, start, end, "100-continue")) this.#continue = true;
        else this.#unknownExpectation = true;
    }
  }

  #connection(bytes: Uint8Array, start: number, end: number): void {
    if (isToken(bytes, start, end, "keep-alive")) {
      this.#keepAlive = true;
      return;
    }
    for (const [from, to] of members(bytes, start, end)) {
      if (isToken(bytes, from, to, "close")) this.#close = true;
      else if (isToken(bytes, from, to, "keep-alive")) this.#keepAlive = true;
    }
  }

  /**
   * How the body is delimited (RFC 9112 section 6.3).
   *
   * @throws {ProtocolError} Its framing is not certain, or more is expected of us than we do.
   */
  framing(): BodyFraming {
    if (this.#chunked && this.#contentLength !== NONE) throw new ProtocolError(400, "both transfer-encoding and content-length");
    if (this.#unknownExpectation) throw new ProtocolError(417, "an expectation other than 100-continue");
    if (this.#chunked) return CHUNKED;
    return this.#contentLength > 0 ? { kind: "length", bytes: this.#contentLength } : NO_BODY;
  }

  /** The connection may carry another request (RFC 9112 section 9.3). */
  get keepAlive(): boolean {
    return !this.#close && (this.#minor === 1 || this.#keepAlive);
  }

  /** HTTP/1.0 knows no `100 Continue` (RFC 9110 section 10.1.1), and without a body there is nothing to wait for. */
  get expectsContinue(): boolean {
    return this.#continue && this.#minor === 1 && (this.#chunked || this.#contentLength > 0);
  }
}

/**
 * A length that a `number` holds exactly. A list of equal lengths, which may be repaired (RFC 9110 section 8.6), is
 * refused, and so are zeros in front: some would read octal.
 */
function parseLength(bytes: Uint8Array, start: number, end: number): number {
  if (start === end) throw new ProtocolError(400, "an empty content-length");
  let length = 0;
  for (let at = start; at < end; at++) {
    const byte = bytes[at];
    if (byte < ZERO || byte > NINE) throw new ProtocolError(400, "a content-length that is not a number");
    length = length * 10 + byte - ZERO;
  }
  if (bytes[start] === ZERO && end - start > 1) throw new ProtocolError(400, "a content-length with zeros in front");
  if (length > Number.MAX_SAFE_INTEGER) throw new ProtocolError(413, "a content-length over 2^53");
  return length;
}

/** `chunked`, once and last, is the one transfer coding we read (RFC 9112 sections 6.1 and 7.1). */
function checkCodings(bytes: Uint8Array, start: number, end: number): void {
  if (isToken(bytes, start, end, "chunked")) return;
  let unknown = false;
  let chunked = false;
  for (const [from, to] of members(bytes, start, end)) {
    if (chunked) throw new ProtocolError(400, "chunked is not the last transfer coding, or there twice");
    chunked = isToken(bytes, from, to, "chunked");
    unknown ||= !chunked;
    for (let at = from; at < to; at++) {
      if (TOKEN[bytes[at]] === 0) throw new ProtocolError(400, "an invalid transfer coding");
    }
    if (from === to) throw new ProtocolError(400, "an empty transfer coding");
  }
  if (!chunked) throw new ProtocolError(400, "chunked is not the last transfer coding");
  if (unknown) throw new ProtocolError(501, "a transfer coding other than chunked");
}

/** The members of a list, without the white space around them. */
function* members(bytes: Uint8Array, start: number, end: number): Generator<readonly [from: number, to: number]> {
  for (let from = start; from <= end;) {
    let comma = from;
    while (comma < end && bytes[comma] !== COMMA) comma++;
    let to = comma;
    while (from < to && isBlank(bytes[from])) from++;
    while (to > from && isBlank(bytes[to - 1])) to--;
    yield [from, to];
    from = comma + 1;
  }
}

function isBlank(byte: number): boolean {
  return byte === SPACE || byte === TAB;
}
