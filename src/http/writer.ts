import type { Latin1 } from "../contract/socket.ts";
import { AnswerHead } from "./answer_head.ts";
import { type Field, fieldLine } from "./field_line.ts";
import { writeLatin1 } from "./latin1.ts";

/** What a socket takes: bytes, or a string of which each unit is one byte. */
export type Piece = Uint8Array | Latin1;

/** What an answer's framing depends on, besides the answer itself. */
export interface AnswerTo {
  readonly method: string;
  readonly minor: 0 | 1;
  /** The connection ends after it, whatever the app says. */
  readonly close: boolean;
}

/** How an answer's body is delimited; `close`: by the connection's end. */
type Framing = "none" | "length" | "chunked" | "close";

/** A chunk up to this size is copied into one piece with its framing: below it, one piece more costs more than the copy. */
const COPIED_CHUNK_BYTES = 4096;

const encoder = new TextEncoder();
const CRLF: Latin1 = "\r\n";

/** Writes one connection's answers, one after another (RFC 9112 sections 6 and 7.1). What it writes can be taken for one message only. */
export class Writer {
  /** Field lines and bytes of the last head. */
  headFields = 0;
  headBytes = 0;
  /** The last head said that the connection ends. */
  closes = false;
  readonly #date: () => string;
  #framing: Framing = "none";
  /** Bytes that are missing to the declared length. */
  #left = 0;

  /** @param date Gives the `date` field's value. */
  constructor(date: () => string) {
    this.#date = date;
  }

  /**
   * A whole answer.
   *
   * @throws {TypeError} Something is not valid in HTTP, or the body is not as long as the app's content-length.
   */
  whole(to: AnswerTo, status: number, statusText: string, fields: Iterable<Field>, body: string | Uint8Array | null): Piece {
    const head = new AnswerHead(status, statusText, fields);
    const text = typeof body === "string" && isAscii(body);
    const bytes = text || body === null ? null : typeof body === "string" ? encoder.encode(body) : body;
    const length = text ? body.length : bytes === null ? 0 : bytes.length;
    const start = this.#begin(to, status, head, body === null && isBodyless(to.method, status) ? null : length);
    if (this.#framing === "none" || length === 0) return start;
    return text ? start + body : bytes === null ? start : join(start, bytes);
  }

  /**
   * The head of an answer whose body follows.
   *
   * @param length Of the body in bytes, where it is known.
   * @throws {TypeError} Something is not valid in HTTP, or the app's content-length differs from `length`.
   */
  head(to: AnswerTo, status: number, statusText: string, fields: Iterable<Field>, length: number | null): Latin1 {
    return this.#begin(to, status, new AnswerHead(status, statusText, fields), length);
  }

  #begin(to: AnswerTo, status: number, head: AnswerHead, length: number | null): Latin1 {
    const { contentLength } = head;
    let framing: Framing = "none";
    let declared: number | null = null;
    if (to.method === "HEAD" || status === 304) declared = contentLength ?? (status === 304 ? null : length);
    else if (status === 205) declared = 0;
    else if (status !== 204) {
      if (length !== null && contentLength !== null && length !== contentLength) {
        throw new TypeError(`send an answer: its body is ${length} bytes long and its content-length is ${contentLength}`);
      }
      declared = length ?? contentLength;
      framing = declared !== null ? "length" : to.minor === 1 ? "chunked" : "close";
    }
    let text = head.text;
    let count = head.fields;
    if (declared !== null) {
      text += "content-length: " + declared + CRLF;
      count++;
    } else if (framing === "chunked") {
      text += "transfer-encoding: chunked\r\n";
      count++;
    }
    if (!head.hasDate) {
      text += "date: " + this.#date() + CRLF;
      count++;
    }
    const closes = to.close || head.close || framing === "close";
    if (closes || to.minor === 0 || head.options !== "") {
      const line = connectionLine(closes, to.minor, head.options);
      text += line;
      if (line !== "") count++;
    }
    text += CRLF;
    this.closes = closes;
    this.headFields = count;
    this.headBytes = text.length;
    this.#framing = framing;
    this.#left = framing === "length" && declared !== null ? declared : 0;
    return text;
  }

  /**
   * A piece of the body, framed.
   *
   * @throws {TypeError} It goes past the declared length.
   */
  data(chunk: string | Uint8Array): readonly Piece[] {
    const piece = typeof chunk !== "string" || isAscii(chunk) ? chunk : encoder.encode(chunk);
    // A chunk of no bytes would end a chunked body.
    if (this.#framing === "none" || piece.length === 0) return [];
    if (this.#framing === "length") {
      if (piece.length > this.#left) throw new TypeError("send a body: it is longer than its content-length");
      this.#left -= piece.length;
      return [piece];
    }
    if (this.#framing === "close") return [piece];
    const size = piece.length.toString(16) + CRLF;
    if (typeof piece === "string") return [size + piece + CRLF];
    if (piece.length > COPIED_CHUNK_BYTES) return [size, piece, CRLF];
    const whole = new Uint8Array(size.length + piece.length + 2);
    writeLatin1(size, whole, 0);
    whole.set(piece, size.length);
    writeLatin1(CRLF, whole, size.length + piece.length);
    return [whole];
  }

  /**
   * The end of the body. Trailers leave with a chunked one, and are dropped elsewhere.
   *
   * @throws {TypeError} The body is short of its declared length, or a trailer is not valid.
   */
  end(trailers: Iterable<Field>): Latin1 {
    if (this.#left > 0) throw new TypeError(`send a body: it is ${this.#left} bytes short of its content-length`);
    if (this.#framing !== "chunked") return "";
    let text = "0\r\n";
    for (const [name, value] of trailers) text += fieldLine(name, value);
    return text + CRLF;
  }
}

/** No body follows the head, whatever its fields say (RFC 9110 sections 9.3.2, 15.3.5, 15.3.6 and 15.4.5). */
function isBodyless(method: string, status: number): boolean {
  return method === "HEAD" || status === 204 || status === 205 || status === 304;
}

function connectionLine(closes: boolean, minor: 0 | 1, options: string): Latin1 {
  const own = closes ? "close" : minor === 0 ? "keep-alive" : "";
  if (options === "") return own === "" ? "" : fieldLine("connection", own);
  return fieldLine("connection", own === "" ? options : `${own}, ${options}`);
}

function join(head: Latin1, body: Uint8Array): Uint8Array {
  const piece = new Uint8Array(head.length + body.length);
  writeLatin1(head, piece, 0);
  piece.set(body, head.length);
  return piece;
}

function isAscii(text: string): boolean {
  return !/[\x80-\uffff]/.test(text);
}
