import { ProtocolError } from "../errors.ts";
import { FIELD_VALUE, isToken, TOKEN } from "./grammar.ts";
import type { HttpLimits } from "./limits.ts";

/** The fields that frame a message or route it: the reader tells of these while it reads. */
export type KnownField = "host" | "content-length" | "transfer-encoding" | "connection" | "expect";

/** Who hears of known fields. */
export interface FieldSink {
  /** `bytes[start..end)` is the value, without the white space around it; borrowed. The section's offsets count from `base`. */
  field(name: KnownField, bytes: Uint8Array, base: number, start: number, end: number): void;
}

// The file's own, though grammar.ts has them: Node 24 and Deno 2.9 load an imported constant at each use, and a head
// then costs a quarter more.
const NAME_BYTES = TOKEN;
const VALUE_BYTES = FIELD_VALUE;
const TAB = 0x09;
const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;
const COLON = 0x3a;
const DELETE = 0x7f;

/** Lengths of the known fields' names, as bits: most other fields are told apart by these. */
const KNOWN_LENGTHS = (1 << 4) | (1 << 6) | (1 << 10) | (1 << 14) | (1 << 17);
const LONGEST_KNOWN = 17;

/** What is next in a line. */
const NAME = 0;
const VALUE = 1;
const VALUE_LF = 2;
const LAST_LF = 3;

/**
 * Reads field lines up to the empty line that ends them (RFC 9112 section 5): a head's, or a chunked body's trailer
 * section. Each line ends in CRLF: a bare LF, a bare CR and folding are refused.
 *
 * Lines that are there whole and are in order go the fast way. All else, errors too, is read byte by byte and goes on
 * where it stopped: so a section costs O(n), and ends the same, however it is split.
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
  #next = NAME;

  /** @param sink Null for trailers: nothing in them may frame or route (RFC 9110 section 6.5.1). */
  constructor(limits: HttpLimits, sink: FieldSink | null) {
    this.#fieldBytes = limits.fieldBytes;
    this.#fields = limits.fields;
    this.#sink = sink;
  }

  /** Begins a section, `at` bytes behind `base`. */
  begin(at: number): void {
    this.#at = this.#line = at;
    this.#next = NAME;
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
    for (let at = base + this.#at; at < end; at++) {
      if (at === base + this.#line) {
        at = this.#wholeLines(bytes, base, at, end);
        this.#line = at - base;
        if (at === end) break;
      }
      if (this.#byte(bytes, base, at)) return at + 1;
    }
    this.#at = end - base;
    return -1;
  }

  /** @returns Where the first line begins that is not whole or not in order. */
  #wholeLines(bytes: Uint8Array, base: number, start: number, end: number): number {
    const fieldBytes = this.#fieldBytes;
    let line = start;
    for (;;) {
      // The last byte that may be a line's CR is in; the LF behind it may be the last byte of all.
      const stop = Math.min(end - 1, line + fieldBytes + 1);
      let at = line;
      while (at < stop && NAME_BYTES[bytes[at]] !== 0) at++;
      if (at >= stop || at === line || bytes[at] !== COLON) return line;
      const colon = at++;
      // Values are most of a head. Four bytes at a time, and without the table, they take two thirds of the time; tabs
      // are left to the table.
      for (; at + 4 <= stop; at += 4) {
        const a = bytes[at], b = bytes[at + 1], c = bytes[at + 2], d = bytes[at + 3];
        if (((a - SPACE) | (b - SPACE) | (c - SPACE) | (d - SPACE)) < 0 || a === DELETE || b === DELETE || c === DELETE || d === DELETE) {
          break;
        }
      }
      while (at < stop && VALUE_BYTES[bytes[at]] !== 0) at++;
      if (at >= stop || bytes[at] !== CR || bytes[at + 1] !== LF) return line;
      this.#count();
      if (colon - line <= LONGEST_KNOWN && (KNOWN_LENGTHS >> (colon - line) & 1) !== 0) this.#known(bytes, base, line, colon, at);
      line = at + 2;
    }
  }

  /** Reads one byte. @returns True at the section's end. */
  #byte(bytes: Uint8Array, base: number, at: number): boolean {
    const byte = bytes[at];
    const line = base + this.#line;
    if (this.#next <= VALUE && at - line === this.#fieldBytes && byte !== CR) {
      throw new ProtocolError(431, `a field of more than ${this.#fieldBytes} bytes`);
    }
    switch (this.#next) {
      case NAME:
        if (NAME_BYTES[byte] !== 0) return false;
        if (byte === COLON && at > line) this.#next = VALUE;
        else if (byte === CR && at === line) this.#next = LAST_LF;
        else throw badName(byte, at === line);
        this.#colon = at - base;
        return false;
      case VALUE:
        if (VALUE_BYTES[byte] !== 0) return false;
        if (byte !== CR) throw badValue(byte);
        this.#next = VALUE_LF;
        return false;
    }
    if (byte !== LF) throw new ProtocolError(400, "a CR without its LF");
    if (this.#next === LAST_LF) return true;
    this.#count();
    this.#known(bytes, base, line, base + this.#colon, at - 1);
    this.#line = at + 1 - base;
    this.#next = NAME;
    return false;
  }

  #count(): void {
    if (++this.count > this.#fields) throw new ProtocolError(431, `more than ${this.#fields} fields`);
  }

  /** Tells of a line, if its field is known. */
  #known(bytes: Uint8Array, base: number, line: number, colon: number, cr: number): void {
    const known = this.#sink === null ? null : knownField(bytes, line, colon);
    if (known === null) return;
    let start = colon + 1;
    let end = cr;
    while (start < end && isBlank(bytes[start])) start++;
    while (end > start && isBlank(bytes[end - 1])) end--;
    this.#sink?.field(known, bytes, base, start, end);
  }
}

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
