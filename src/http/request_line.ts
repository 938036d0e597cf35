import type { Latin1 } from "../contract/socket.ts";
import { ProtocolError } from "../errors.ts";
import { isAuthority } from "./authority.ts";
import { PATH, QUERY, TOKEN } from "./grammar.ts";
import { decodeLatin1 } from "./latin1.ts";
import type { HttpLimits } from "./limits.ts";

/** Longer than any registered method (17 bytes, `UPDATEREDIRECTREF`); RFC 9112 section 3 wants 501 for those we cannot know. */
const METHOD_BYTES = 32;

// The file's own, though grammar.ts has them: Node 24 and Deno 2.9 load an imported constant at each use.
const METHOD_TABLE = TOKEN;
const PATH_TABLE = PATH;
const QUERY_TABLE = QUERY;
const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;
const STAR = 0x2a;
const SLASH = 0x2f;
const ZERO = 0x30;
const ONE = 0x31;
const NINE = 0x39;
const QUESTION = 0x3f;

/** `HTTP/1.1` and the line's end; 0 stands for a digit. */
const VERSION = [0x48, 0x54, 0x54, 0x50, SLASH, 0, 0x2e, 0, 0x0d, 0x0a];
const VERSION_BYTES = 10;
const DIGIT = 0;
const MAJOR = 5;
const MINOR = 7;

/** Where in the line the reader is. */
const IN_METHOD = 0;
const IN_PATH = 1;
const IN_QUERY = 2;
const IN_VERSION = 3;

/** An absolute target, taken apart. */
export interface AbsoluteTarget {
  readonly scheme: "http" | "https";
  readonly authority: string;
  readonly path: string;
}

/** Reads a request line (RFC 9112 section 3), and goes on where it stopped. One space between its parts, and nothing else. */
export class RequestLineReader {
  readonly #limits: HttpLimits;
  #phase = IN_METHOD;
  /** Offsets count from the line's first byte. */
  #at = 0;
  targetStart = 0;
  targetEnd = 0;
  /** What follows stands once the line was read. */
  method = "";
  /** Of HTTP/1.x; a later minor version than 1 is read as 1 (RFC 9110 section 2.5). */
  minor: 0 | 1 = 1;
  absolute: AbsoluteTarget | null = null;

  constructor(limits: HttpLimits) {
    this.#limits = limits;
  }

  /** Begins a line. */
  begin(): void {
    this.#phase = IN_METHOD;
    this.#at = 0;
  }

  /**
   * Reads on.
   *
   * @param base Where the line begins.
   * @param end Where the bytes end.
   * @returns Where the line's end is, or -1 if more bytes are needed.
   * @throws {ProtocolError} It is not a request line of HTTP/1.x, or past a limit.
   */
  read(bytes: Uint8Array, base: number, end: number): number {
    let at = base + this.#at;
    let phase = this.#phase;
    // Each part is read up to the first byte that makes it too long, whatever follows: so an error does not depend on
    // how the bytes were split.
    if (phase === IN_METHOD) {
      const stop = Math.min(end, base + METHOD_BYTES + 1);
      while (at < stop && METHOD_TABLE[bytes[at]] !== 0) at++;
      if (at - base > METHOD_BYTES) throw new ProtocolError(501, `a method of more than ${METHOD_BYTES} bytes`);
      if (at === stop) return this.#pause(at - base, IN_METHOD);
      if (bytes[at] !== SPACE || at === base) throw new ProtocolError(400, "a request line without a valid method");
      this.method = methodName(bytes, base, at);
      at++;
      this.targetStart = at - base;
      phase = IN_PATH;
    }
    if (phase !== IN_VERSION) {
      const stop = Math.min(end, base + this.targetStart + this.#limits.targetBytes + 1);
      if (phase === IN_PATH) {
        while (at < stop && PATH_TABLE[bytes[at]] !== 0) at++;
        if (at < stop && bytes[at] === QUESTION) phase = IN_QUERY;
      }
      if (phase === IN_QUERY) { while (at < stop && QUERY_TABLE[bytes[at]] !== 0) at++; }
      const length = at - base - this.targetStart;
      if (length > this.#limits.targetBytes) throw new ProtocolError(414, `a target of more than ${this.#limits.targetBytes} bytes`);
      if (at === stop) return this.#pause(at - base, phase);
      if (bytes[at] !== SPACE || length === 0) throw badTarget(bytes[at], length);
      this.targetEnd = at - base;
    }
    const next = this.#version(bytes, base + this.targetEnd + 1, end);
    if (next < 0) return this.#pause(0, IN_VERSION);
    this.absolute = this.#form(bytes, base + this.targetStart, base + this.targetEnd);
    return next;
  }

  /** Ten bytes at most, so they are read anew each time. */
  #version(bytes: Uint8Array, start: number, end: number): number {
    if (start + VERSION_BYTES <= end && isHttp11(bytes, start)) {
      this.minor = 1;
      return start + VERSION_BYTES;
    }
    for (let index = 0; index < VERSION_BYTES; index++) {
      if (start + index === end) return -1;
      const byte = bytes[start + index];
      const wanted = VERSION[index];
      if (wanted === DIGIT ? byte < ZERO || byte > NINE : byte !== wanted) {
        throw new ProtocolError(400, "a request line without a valid version");
      }
      if (index === MINOR && bytes[start + MAJOR] !== ONE) throw new ProtocolError(505, "a version other than HTTP/1.1 and HTTP/1.0");
    }
    this.minor = bytes[start + MINOR] === ZERO ? 0 : 1;
    return start + VERSION_BYTES;
  }

  /** The target's form must be its method's (RFC 9112 section 3.2). `CONNECT`, whose form is the authority's, was refused before. */
  #form(bytes: Uint8Array, start: number, end: number): AbsoluteTarget | null {
    if (bytes[start] === SLASH) return null;
    if (bytes[start] === STAR && end - start === 1) {
      if (this.method !== "OPTIONS") throw new ProtocolError(400, "the target * with a method other than OPTIONS");
      return null;
    }
    return absoluteTarget(decodeLatin1(bytes, start, end), this.method);
  }

  #pause(at: number, phase: number): -1 {
    this.#at = at;
    this.#phase = phase;
    return -1;
  }
}

/** What nearly every request has, in a quarter of the loop's time. */
function isHttp11(bytes: Uint8Array, at: number): boolean {
  return bytes[at] === 0x48 && bytes[at + 1] === 0x54 && bytes[at + 2] === 0x54 && bytes[at + 3] === 0x50 && bytes[at + 4] === SLASH &&
    bytes[at + 5] === ONE && bytes[at + 6] === 0x2e && bytes[at + 7] === ONE && bytes[at + 8] === 0x0d && bytes[at + 9] === 0x0a;
}

/** By length: the methods whose names cost no string of their own. */
const METHODS: readonly (readonly string[])[] = [[], [], [], ["PUT"], ["POST", "HEAD"], ["PATCH"], ["DELETE"], ["OPTIONS"]];

function methodName(bytes: Uint8Array, start: number, end: number): string {
  const length = end - start;
  if (length === 3 && bytes[start] === 0x47 && bytes[start + 1] === 0x45 && bytes[start + 2] === 0x54) return "GET";
  if (length < METHODS.length) {
    for (const name of METHODS[length]) {
      let at = 0;
      while (at < length && bytes[start + at] === name.charCodeAt(at)) at++;
      if (at === length) return name;
    }
  }
  const name = decodeLatin1(bytes, start, end);
  // Whatever their case: the Fetch standard forbids a Request to have them.
  if (/^(?:CONNECT|TRACE|TRACK)$/i.test(name)) throw new ProtocolError(501, "a method that is not supported");
  return name;
}

/**
 * Takes an absolute target apart (RFC 9112 section 3.2.2). The path of `OPTIONS http://host` is `*` (section 3.2.4).
 *
 * @throws {ProtocolError} It is none.
 */
export function absoluteTarget(target: Latin1, method: string): AbsoluteTarget {
  const start = /^https?:\/\//i.exec(target)?.[0];
  if (start === undefined) throw new ProtocolError(400, "a target that is neither a path nor an http URL");
  const scheme = start.length === "https://".length ? "https" : "http";
  const rest = target.slice(start.length);
  const length = rest.search(/[/?]|$/);
  if (!isAuthority(rest, 0, length)) throw new ProtocolError(400, "a target without a valid host");
  const path = rest.slice(length);
  if (path === "") return { scheme, authority: rest, path: method === "OPTIONS" ? "*" : "/" };
  return { scheme, authority: rest.slice(0, length), path: path.startsWith("/") ? path : `/${path}` };
}

function badTarget(byte: number, length: number): ProtocolError {
  return new ProtocolError(400, whatIsWrong(byte, length));
}

function whatIsWrong(byte: number, length: number): string {
  if (byte === SPACE && length === 0) return "a request line with two spaces";
  if (byte === SPACE || byte === CR || byte === LF) return "a request line without a version";
  if (byte > 0x7e || byte < SPACE) return "a byte in the target that is not a visible ASCII character";
  return "a character in the target that must be percent-encoded";
}
