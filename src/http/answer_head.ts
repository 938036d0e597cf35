import type { Field } from "../contract/head.ts";
import type { Latin1 } from "../contract/socket.ts";
import { JSON_FIELDS, TEXT_FIELDS } from "./common_fields.ts";
import { fieldLine } from "./field_line.ts";
import { isRepeated, repeatedAnswer } from "./repeated_answer.ts";
import { statusLine } from "./status_line.ts";

/**
 * The part of an answer's head that its app gives: checked, and without the fields that are ours to write.
 * `transfer-encoding`, `keep-alive` and `proxy-connection` are dropped: the framing and the connection are not the
 * app's. `content-length` is noted and must hold; `connection: close` is noted and honoured, other options of
 * `connection` are kept; `upgrade` becomes one, for it must not leave without (RFC 9110 section 7.8).
 */
export class AnswerHead {
  static readonly #text = new AnswerHead(200, "", TEXT_FIELDS);
  static readonly #json = new AnswerHead(200, "", JSON_FIELDS);

  /** Status line and field lines. */
  text: Latin1;
  /** How many field lines `text` has. */
  fields = 0;
  /** As the app declared it; null if it did not. */
  contentLength: number | null = null;
  /** The app asks for the connection's end. */
  close = false;
  /** Other connection options, as a list in lower case; empty where there are none. */
  options = "";
  hasDate = false;

  /**
   * Gives the head of an answer; most have one of two, which are checked once.
   *
   * @param status 200 to 599.
   * @throws {TypeError} Something is not valid in HTTP.
   */
  static of(status: number, statusText: string, fields: Iterable<Field>): Readonly<AnswerHead> {
    if (status === 200 && statusText === "") {
      if (fields === TEXT_FIELDS) return AnswerHead.#text;
      if (fields === JSON_FIELDS) return AnswerHead.#json;
    }
    if (isRepeated(fields)) return repeatedAnswer(fields, () => new AnswerHead(status, statusText, fields)).head;
    return new AnswerHead(status, statusText, fields);
  }

  private constructor(status: number, statusText: string, fields: Iterable<Field>) {
    if (!(status >= 200 && status <= 599 && Number.isInteger(status))) {
      throw new TypeError(`send an answer: status ${status} is not one from 200 to 599`);
    }
    this.text = statusLine(status, statusText);
    for (const [name, value] of fields) {
      if (this.#ours(name, value)) continue;
      this.text += fieldLine(name, value);
      this.fields++;
    }
  }

  /** By length first, so that most fields cost no string in lower case. */
  #ours(name: string, value: string): boolean {
    switch (name.length) {
      case 4:
        return this.#date(name.toLowerCase());
      case 7:
        if (name.toLowerCase() === "upgrade") this.#option("upgrade");
        return false;
      case 10:
        return this.#connection(name.toLowerCase(), value);
      case 14:
        if (name.toLowerCase() !== "content-length") return false;
        this.#contentLength(value);
        return true;
      case 16:
        return name.toLowerCase() === "proxy-connection";
      case 17:
        return name.toLowerCase() === "transfer-encoding";
      default:
        return false;
    }
  }

  /** The first one stands. */
  #date(name: string): boolean {
    if (name !== "date") return false;
    const second = this.hasDate;
    this.hasDate = true;
    return second;
  }

  #connection(name: string, value: string): boolean {
    if (name !== "connection") return name === "keep-alive";
    for (const member of value.split(",")) {
      const option = member.trim().toLowerCase();
      if (option === "close") this.close = true;
      else if (option !== "keep-alive" && option !== "") this.#option(option);
    }
    return true;
  }

  #option(option: string): void {
    if (this.options === "") this.options = option;
    else if (!`, ${this.options},`.includes(`, ${option},`)) this.options += `, ${option}`;
  }

  #contentLength(value: string): void {
    const length = /^\d+$/.test(value) ? Number(value) : NaN;
    if (!Number.isSafeInteger(length) || (this.contentLength !== null && this.contentLength !== length)) {
      throw new TypeError(`send an answer: content-length ${JSON.stringify(value)} is not a length, or there are two`);
    }
    this.contentLength = length;
  }
}
