import type { DecodeLatin1 } from "../contract/bytes.ts";
import type { Field } from "../contract/head.ts";
import type { Latin1 } from "../contract/socket.ts";
import { AnswerHead } from "./answer_head.ts";
import { fieldLine } from "./field_line.ts";
import { type AnswerTo, Framing } from "./framing.ts";
import type { RepeatedFields } from "../contract/engine.ts";
import { isRepeated, repeatedAnswer } from "./repeated_answer.ts";
import { writeLatin1 } from "./latin1.ts";

/** What a socket takes: bytes, or a string of which each unit is one byte. */
export type Piece = Uint8Array | Latin1;

/**
 * Bytes up to this many leave in one string with the head, or with their chunk's framing. Seen for 13 bytes behind a
 * head (us, Node 24, Bun 1.4, Deno 2.9): 0.05, 0.03, 0.05 as a string against 0.27, 0.03, 0.32 as one array. Past it
 * engines that take bytes alone would have to make too many of them.
 */
const STRING_BYTES = 1024;

/** An ASCII string up to this long leaves as it is; past it, encoding is cheaper than the test for ASCII. */
const ASCII_UNITS = 4096;

/** Past this encoding is cheaper than a regular expression: of 1,024 units 0.1 us against 0.9 to 1.4, of 13 0.07 to 0.12 against 0.03 to 0.05. */
const TESTED_UNITS = 32;

/** What frames or routes must stand in the head (RFC 9110 section 6.5.1). */
const NOT_IN_TRAILERS = /^(?:content-length|transfer-encoding|connection|keep-alive|host|trailer|upgrade)$/i;

const encoder = new TextEncoder();
const scratch = new Uint8Array(ASCII_UNITS);
const CRLF: Latin1 = "\r\n";

/** Writes one connection's answers, one after another (RFC 9112 sections 6 and 7.1). What it writes can be taken for one message only. */
export class Writer {
  /** Field lines and bytes of the last head. */
  headFields = 0;
  headBytes = 0;
  /** Bytes of the last piece of a body, without framing. */
  dataBytes = 0;
  /** The last head said that the connection ends. */
  closes = false;
  readonly #date: () => string;
  readonly #latin1: DecodeLatin1;
  readonly #framing = new Framing();

  /** @param date Gives the `date` field's value. */
  constructor(date: () => string, latin1: DecodeLatin1) {
    this.#date = date;
    this.#latin1 = latin1;
  }

  /**
   * A whole answer.
   *
   * @throws {TypeError} Something is not valid in HTTP.
   * @throws {BodyLengthError} The body is not as long as the app's content-length.
   */
  whole(to: AnswerTo, status: number, statusText: string, fields: Iterable<Field>, body: string | Uint8Array | null): Piece {
    const head = AnswerHead.of(status, statusText, fields);
    return isRepeated(fields) ? this.#again(to, status, head, fields, body) : this.#whole(to, status, head, body);
  }

  /** The usual client gets what the last one got, while the date holds; with another method, version or end of the connection it is made anew. */
  #again(to: AnswerTo, status: number, head: Readonly<AnswerHead>, fields: RepeatedFields, body: string | Uint8Array | null): Piece {
    if (to.method !== "GET" || to.minor === 0 || to.close) return this.#whole(to, status, head, body);
    const date = this.#date();
    const answer = repeatedAnswer(fields, () => head);
    const { whole } = answer;
    if (whole !== null && whole.date === date) {
      this.closes = head.close;
      this.headFields = whole.headFields;
      this.headBytes = whole.headBytes;
      return whole.piece;
    }
    const piece = this.#whole(to, status, head, body);
    answer.whole = { date, piece, headFields: this.headFields, headBytes: this.headBytes };
    return piece;
  }

  #whole(to: AnswerTo, status: number, head: Readonly<AnswerHead>, body: string | Uint8Array | null): Piece {
    const piece = body === null ? "" : this.#piece(body);
    const start = this.#begin(to, status, head, body === null && to.method === "HEAD" ? null : piece.length);
    if (this.#framing.kind === "none") return start;
    return typeof piece === "string" ? start + piece : join(start, piece);
  }

  /** A string where that is the cheaper way. */
  #piece(data: string | Uint8Array): Piece {
    if (typeof data === "string" && data.length <= ASCII_UNITS && isAscii(data)) return data;
    const bytes = typeof data === "string" ? encoder.encode(data) : data;
    return bytes.length <= STRING_BYTES ? this.#latin1(bytes, 0, bytes.length) : bytes;
  }

  /**
   * The head of an answer whose body follows.
   *
   * @param length Of the body in bytes, where it is known.
   * @throws {TypeError} Something is not valid in HTTP.
   * @throws {BodyLengthError} The app's content-length differs from `length`.
   */
  head(to: AnswerTo, status: number, statusText: string, fields: Iterable<Field>, length: number | null): Latin1 {
    return this.#begin(to, status, AnswerHead.of(status, statusText, fields), length);
  }

  #begin(to: AnswerTo, status: number, head: Readonly<AnswerHead>, length: number | null): Latin1 {
    const declared = this.#framing.begin(to, status, head.contentLength, length);
    let text = head.text;
    let count = head.fields;
    if (declared !== null) {
      text += "content-length: " + declared + CRLF;
      count++;
    } else if (this.#framing.kind === "chunked") {
      text += "transfer-encoding: chunked\r\n";
      count++;
    }
    if (!head.hasDate) {
      text += dateLine(this.#date());
      count++;
    }
    const closes = to.close || head.close || this.#framing.kind === "close";
    if (closes || to.minor === 0 || head.options !== "") {
      const line = connectionLine(closes, to.minor, head.options);
      text += line;
      if (line !== "") count++;
    }
    text += CRLF;
    this.closes = closes;
    this.headFields = count;
    this.headBytes = text.length;
    return text;
  }

  /**
   * A piece of the body, framed.
   *
   * @throws {BodyLengthError} It goes past the declared length.
   */
  data(chunk: string | Uint8Array): readonly Piece[] {
    const piece = this.#piece(chunk);
    // A chunk of no bytes would end a chunked body.
    this.dataBytes = this.#framing.take(piece.length);
    if (this.dataBytes === 0) return [];
    if (this.#framing.kind !== "chunked") return [piece];
    const size = piece.length.toString(16) + CRLF;
    return typeof piece === "string" ? [size + piece + CRLF] : [size, piece, CRLF];
  }

  /**
   * The end of the body. Trailers leave with a chunked one, and are dropped elsewhere.
   *
   * @throws {BodyLengthError} The body is short of its declared length.
   * @throws {TypeError} A trailer is not valid.
   */
  end(trailers: Iterable<Field>): Latin1 {
    this.#framing.end();
    if (this.#framing.kind !== "chunked") return "";
    let text = "0\r\n";
    for (const [name, value] of trailers) {
      if (NOT_IN_TRAILERS.test(name)) throw new TypeError(`send an answer: field "${name}" cannot be a trailer`);
      text += fieldLine(name, value);
    }
    return text + CRLF;
  }
}

function connectionLine(closes: boolean, minor: 0 | 1, options: string): Latin1 {
  const own = closes ? "close" : minor === 0 ? "keep-alive" : "";
  if (options === "") return own === "" ? "" : fieldLine("connection", own);
  return fieldLine("connection", own === "" ? options : `${own}, ${options}`);
}

/** The last one that was written: for a second it is that of all answers. */
const lastDate = { date: "", line: "" };

function dateLine(date: string): Latin1 {
  if (lastDate.date !== date) {
    lastDate.date = date;
    lastDate.line = "date: " + date + CRLF;
  }
  return lastDate.line;
}

function join(head: Latin1, body: Uint8Array): Uint8Array {
  const piece = new Uint8Array(head.length + body.length);
  writeLatin1(head, piece, 0);
  piece.set(body, head.length);
  return piece;
}

/** Of up to `ASCII_UNITS`. A text is ASCII if its UTF-8 is as long as it is: no other unit has one byte. */
function isAscii(text: string): boolean {
  if (text.length <= TESTED_UNITS) return !/[\x80-\uffff]/.test(text);
  const { read, written } = encoder.encodeInto(text, scratch);
  return read === text.length && written === text.length;
}
