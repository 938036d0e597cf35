import type { FieldList } from "../contract/head.ts";
import type { Latin1 } from "../contract/socket.ts";

const COLON = 0x3a;

/** Field lines in the text of a head that was checked; they are found when one is first asked for. */
export class FieldText implements FieldList {
  readonly count: number;
  readonly #text: Latin1;
  readonly #start: number;
  readonly #host: string | null;
  #index: number[] | null = null;

  /**
   * @param text Each line ends in CRLF and was checked.
   * @param start Where the first line begins in `text`.
   * @param count How many lines there are from there.
   * @param host The value of `host` where the target has an authority, which the field must not differ from (RFC 9112 section 3.2.2).
   */
  constructor(text: Latin1, start: number, count: number, host: string | null) {
    this.#text = text;
    this.#start = start;
    this.count = count;
    this.#host = host;
  }

  name(index: number): string {
    const found = this.#index ??= this.#find();
    return this.#text.slice(found[2 * index], found[2 * index + 1]);
  }

  value(index: number): string {
    const found = this.#index ??= this.#find();
    return this.#valueBehind(found[2 * index], found[2 * index + 1]);
  }

  /** Costs a third of an index: a handler that asks for one or two fields pays no more. */
  first(lowerName: string): string | null {
    return this.#lookUp(lowerName, false);
  }

  joined(lowerName: string): string | null {
    return this.#lookUp(lowerName, true);
  }

  #lookUp(lowerName: string, all: boolean): string | null {
    const text = this.#text;
    let value: string | null = null;
    let line = this.#start;
    for (let left = this.count; left > 0; left--) {
      const colon = line + lowerName.length;
      if (text.charCodeAt(colon) === COLON && isName(text, line, colon, lowerName)) {
        const found = this.#valueBehind(line, colon);
        if (!all) return found;
        value = value === null ? found : `${value}, ${found}`;
      }
      line = text.indexOf("\n", line) + 1;
    }
    return value;
  }

  #valueBehind(line: number, colon: number): string {
    const text = this.#text;
    if (this.#host !== null && isName(text, line, colon, "host")) return this.#host;
    let start = colon + 1;
    let end = text.indexOf("\r", colon);
    while (start < end && isBlank(text.charCodeAt(start))) start++;
    while (end > start && isBlank(text.charCodeAt(end - 1))) end--;
    return text.slice(start, end);
  }

  /** Two numbers a line: where it starts, and its colon. */
  #find(): number[] {
    const text = this.#text;
    const found: number[] = [];
    let line = this.#start;
    for (let left = this.count; left > 0; left--) {
      const colon = text.indexOf(":", line);
      found.push(line, colon);
      line = text.indexOf("\n", colon) + 1;
    }
    return found;
  }
}

function isBlank(unit: number): boolean {
  return unit === 0x20 || unit === 0x09;
}

function isName(text: string, start: number, end: number, lowerName: string): boolean {
  if (end - start !== lowerName.length) return false;
  for (let at = 0; at < lowerName.length; at++) {
    const unit = text.charCodeAt(start + at);
    const lower = unit >= 0x41 && unit <= 0x5a ? unit + 0x20 : unit;
    if (lower !== lowerName.charCodeAt(at)) return false;
  }
  return true;
}
