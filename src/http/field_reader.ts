import { ProtocolError } from "../errors.ts";
import { COLON, CR, DELETE, FIELD_VALUE, isToken, LF, SPACE, TAB, TOKEN } from "./grammar.ts";
import type { HttpLimits } from "./limits.ts";

/** The fields that frame a message or route it: the reader tells of these while it reads. */
export type KnownField = "host" | "content-length" | "transfer-encoding" | "connection" | "expect";

/** Who hears of known fields. */
export interface FieldSink {
  /** `bytes[start..end)` is the value, without the white space around it; borrowed. The section's offsets count from `base`. */
  field(name: KnownField, bytes: Uint8Array, base: number, start: number, end: number): void;
}

/** Where in a line the reader is. */
const NAME = 0;
const VALUE = 1;
const VALUE_LF = 2;
const LAST_LF = 3;

/**
 * Reads field lines up to the empty line that ends them (RFC 9112 section 5): a head's, or a chunked body's trailer section. It goes on where it
 * stopped, so that a section costs O(n) however it is split. Each line ends in CRLF: a bare LF, a bare CR and
 * folding are refused.
 */
export class FieldReader {
  readonly #fieldBytes: number;
  readonly #fields: number;
  readonly #sink: FieldSink | null;
  /** Lines that were read. */
  count = 0;
  /** Offsets from `base`, which may lie elsewhere at the next call. */
  #at = 0;
  #line = 0;
  #colon = 0;
  #phase = NAME;

  /** @param sink Null for trailers: nothing in them may frame or route (RFC 9110 section 6.5.1). */
  constructor(limits: HttpLimits, sink: FieldSink | null) {
    this.#fieldBytes = limits.fieldBytes;
    this.#fields = limits.fields;
    this.#sink = sink;
  }

  /** Begins a section, `at` bytes behind `base`. */
  begin(at: number): void {
    this.#at = this.#line = at;
    this.#phase = NAME;
    this.count = 0;
  }

  /**
   * Reads on.
   *
   * @param base What offsets count from; what lies behind it is the same at each call of a section.
   * @param end Where the bytes end.
   * @returns Where the empty line's end is, or -1 if more bytes are needed.
   * @throws {ProtocolError} A line is not valid, or past a limit.
   */
  read(bytes: Uint8Array, base: number, end: number): number {
    const fieldBytes = this.#fieldBytes;
    let at = base + this.#at;
    let line = base + this.#line;
    let colon = base + this.#colon;
    let phase = this.#phase;
    // A line is read up to the first byte that makes it too long, whatever follows: so an error does not depend on how the bytes were split.
    let stop = Math.min(end, line + fieldBytes + 1);
    while (at < end) {
      if (phase === NAME) {
        while (at < stop && TOKEN[bytes[at]] !== 0) at++;
        if (at === stop) break;
        if (bytes[at] !== COLON || at === line) {
          if (at !== line || bytes[at] !== CR) throw badName(bytes[at], at === line);
          phase = LAST_LF;
          at++;
          continue;
        }
        colon = at;
        phase = VALUE;
        at++;
      }
      if (phase === VALUE) {
        at = skipValue(bytes, at, stop);
        if (at === stop) break;
        if (bytes[at] !== CR) throw badValue(bytes[at]);
        phase = VALUE_LF;
        at++;
        if (at === end) break;
      }
      if (bytes[at] !== LF) throw new ProtocolError(400, "a CR without its LF");
      at++;
      if (phase === LAST_LF) return at;
      this.#lineDone(bytes, base, line, colon, at - 2);
      line = at;
      stop = Math.min(end, line + fieldBytes + 1);
      phase = NAME;
    }
    if (at - line > fieldBytes && phase <= VALUE) throw new ProtocolError(431, `a field of more than ${fieldBytes} bytes`);
    this.#at = at - base;
    this.#line = line - base;
    this.#colon = colon - base;
    this.#phase = phase;
    return -1;
  }

  #lineDone(bytes: Uint8Array, base: number, line: number, colon: number, cr: number): void {
    if (++this.count > this.#fields) throw new ProtocolError(431, `more than ${this.#fields} fields`);
    const known = this.#sink === null ? null : knownField(bytes, line, colon);
    if (known === null) return;
    let start = colon + 1;
    let end = cr;
    while (start < end && isBlank(bytes[start])) start++;
    while (end > start && isBlank(bytes[end - 1])) end--;
    this.#sink?.field(known, bytes, base, start, end);
  }
}

/**
 * Where a value ends, or `stop`. Values are most of a head: four bytes at a time, without the table, take two thirds of the time. A tab or another
 * control is left to the table.
 */
function skipValue(bytes: Uint8Array, at: number, stop: number): number {
  for (; at + 4 <= stop; at += 4) {
    const a = bytes[at], b = bytes[at + 1], c = bytes[at + 2], d = bytes[at + 3];
    if (((a - SPACE) | (b - SPACE) | (c - SPACE) | (d - SPACE)) < 0 || a === DELETE || b === DELETE || c === DELETE || d === DELETE) break;
  }
  while (at < stop && FIELD_VALUE[bytes[at]] !== 0) at++;
  return at;
}

/** By length first, so that most other fields cost one comparison. */
function knownField(bytes: Uint8Array, start: number, end: number): KnownField | null {
  switch (end - start) {
    case 4:
      return isToken(bytes, start, end, "host") ? "host" : null;
    case 6:
      return isToken(bytes, start, end, "expect") ? "expect" : null;
    case 10:
      return isToken(bytes, start, end, "connection") ? "connection" : null;
    case 14:
      return isToken(bytes, start, end, "content-length") ? "content-length" : null;
    case 17:
      return isToken(bytes, start, end, "transfer-encoding") ? "transfer-encoding" : null;
    default:
      return null;
  }
}

function isBlank(byte: number): boolean {
  return byte === SPACE || byte === TAB;
}

function badName(byte: number, atStart: boolean): ProtocolError {
  if (byte === COLON) return new ProtocolError(400, "a field without a name");
  if (byte === LF) return new ProtocolError(400, "a line ends in LF without CR");
  if (!isBlank(byte)) return new ProtocolError(400, byte === CR ? "a field line without a colon" : "an invalid character in a field name");
  return new ProtocolError(400, atStart ? "a folded field line" : "white space before a field's colon");
}

function badValue(byte: number): ProtocolError {
  return new ProtocolError(400, byte === LF ? "a line ends in LF without CR" : "a control character in a field value");
}
