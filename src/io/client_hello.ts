/**
 * Bytes of a ClientHello at most, with the headers of its records: what a client may have us keep that has not shaken hands. Browsers' have 2 KB,
 * post-quantum keys included, and BoringSSL takes none of more than 16 KiB.
 */
export const LONGEST_HELLO = 16_384;

/** Of a record: type, version, length (RFC 8446 section 5.1). */
const RECORD_HEADER = 5;
const HANDSHAKE = 22;
const MAJOR_VERSION = 3;

/** Of a handshake message: type, length (RFC 8446 section 4). */
const MESSAGE_HEADER = 4;
const CLIENT_HELLO = 1;

/** The extension, and the one kind of name that is in it (RFC 6066 section 3). */
const SERVER_NAME = 0;
const HOST_NAME = 0;

/**
 * Finds the server name of a ClientHello (RFC 8446 section 4.1.2), which may lie in several records. What is too long, malformed, or no ClientHello has no
 * name here: TLS itself says what becomes of it. One that comes byte by byte costs no more than one that is there.
 */
export class ClientHelloReader {
  /** Where the first record begins that was not whole. */
  #next = 0;
  /** Of the message in the records before that: its bytes, and the first four of them. */
  #length = 0;
  #header = 0;

  /**
   * @param bytes What has come, from the connection's first byte on: at each call what there was at the one before, and more.
   * @returns The name, empty for none; null as long as more must come. Once it is known this is not to be called again.
   */
  read(bytes: Uint8Array): string | null {
    for (let at = this.#next; at < bytes.length; at = this.#next) {
      if (at + RECORD_HEADER >= LONGEST_HELLO || bytes[at] !== HANDSHAKE) return "";
      if (bytes.length < at + RECORD_HEADER) break;
      const length = fragmentLength(bytes, at);
      if (bytes[at + 1] !== MAJOR_VERSION || length === 0 || at + RECORD_HEADER + length > LONGEST_HELLO) return "";
      if (bytes.length < at + RECORD_HEADER + length) break;
      this.#pass(bytes, length);
      if (this.#length < MESSAGE_HEADER) continue;
      const wanted = MESSAGE_HEADER + (this.#header & 0xff_ff_ff);
      if (this.#header >>> 24 !== CLIENT_HELLO || wanted > LONGEST_HELLO) return "";
      if (this.#length >= wanted) return nameIn(messageIn(bytes, this.#next, this.#length).subarray(0, wanted));
    }
    return null;
  }

  #pass(bytes: Uint8Array, length: number): void {
    const start = this.#next + RECORD_HEADER;
    for (let index = 0; index < length && this.#length + index < MESSAGE_HEADER; index++) {
      this.#header = this.#header << 8 | bytes[start + index]!;
    }
    this.#length += length;
    this.#next = start + length;
  }
}

function fragmentLength(bytes: Uint8Array, record: number): number {
  return bytes[record + 3]! << 8 | bytes[record + 4]!;
}

/** @param end Where the last record ends. @param length The fragments' bytes together. */
function messageIn(bytes: Uint8Array, end: number, length: number): Uint8Array {
  if (end === RECORD_HEADER + length) return bytes.subarray(RECORD_HEADER, end);
  const message = new Uint8Array(length);
  for (let record = 0, filled = 0; record < end;) {
    const start = record + RECORD_HEADER;
    record = start + fragmentLength(bytes, record);
    message.set(bytes.subarray(start, record), filled);
    filled += record - start;
  }
  return message;
}

function nameIn(message: Uint8Array): string {
  const hello = new Vector(message);
  // Version and random; session, cipher suites, compression.
  hello.skip(MESSAGE_HEADER + 2 + 32);
  for (const size of [1, 2, 1]) hello.vector(size);
  const extensions = hello.vector(2);
  while (extensions.left > 0) {
    const type = extensions.number(2);
    const extension = extensions.vector(2);
    if (type === SERVER_NAME) return hostIn(extension.vector(2));
  }
  return "";
}

function hostIn(names: Vector): string {
  while (names.left > 0) {
    const kind = names.number(1);
    const name = names.vector(2);
    if (kind === HOST_NAME) return name.text();
  }
  return "";
}

/** A vector's bytes, as they are taken from it (RFC 8446 section 3.4). What is longer than what is left is empty, and so is the rest. */
class Vector {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get left(): number {
    return this.#bytes.length - this.#at;
  }

  skip(bytes: number): void {
    this.#at = Math.min(this.#at + bytes, this.#bytes.length);
  }

  /** @param size Its bytes, 1 or 2. */
  number(size: number): number {
    const start = this.#at;
    this.skip(size);
    let number = 0;
    for (let at = start; at < this.#at; at++) number = number << 8 | this.#bytes[at]!;
    return number;
  }

  /** @param size Bytes of its length, 1 or 2. */
  vector(size: number): Vector {
    const length = this.number(size);
    const start = this.#at;
    const isCut = length > this.left;
    this.skip(length);
    return new Vector(isCut ? this.#bytes.subarray(0, 0) : this.#bytes.subarray(start, this.#at));
  }

  /** As Latin-1: a name has ASCII alone, and what has not is nobody's. */
  text(): string {
    return String.fromCharCode(...this.#bytes);
  }
}
