import type { FieldList } from "../contract/head.ts";
import type { Latin1 } from "../contract/socket.ts";

/** Numbers a field in `#index`: where its name starts and ends, where its value starts and ends. */
const NUMBERS = 4;

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
    return this.#text.slice(found[NUMBERS * index], found[NUMBERS * index + 1]);
  }

  value(index: number): string {
    const found = this.#index ??= this.#find();
    const at = NUMBERS * index;
    if (this.#host !== null && isName(this.#text, found[at], found[at + 1], "host")) return this.#host;
    return this.#text.slice(found[at + 2], found[at + 3]);
  }

  first(lowerName: string): string | null {
    const found = this.#index ??= this.#find();
    for (let index = 0; index < this.count; index++) {
      const at = NUMBERS * index;
      if (isName(this.#text, found[at], found[at + 1], lowerName)) return this.value(index);
    }
    return null;
  }

  #find(): number[] {
    const text = this.#text;
    const found: number[] = [];
    let line = this.#start;
    for (let left = this.count; left > 0; left--) {
      const colon = text.indexOf(":", line);
      const next = text.indexOf("\r", colon);
      let start = colon + 1;
      let end = next;
      while (start < end && isBlank(text.charCodeAt(start))) start++;
      while (end > start && isBlank(text.charCodeAt(end - 1))) end--;
      found.push(line, colon, start, end);
      line = next + 2;
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
