import type { BodyFraming, FieldList, RequestHead } from "../contract/head.ts";
import type { Latin1 } from "../contract/socket.ts";
import { FieldText } from "./field_text.ts";
import type { AbsoluteTarget } from "./request_line.ts";

/** What the reader found in a head, as offsets into its text. */
export interface HeadParts {
  /** The whole head; its request line is at 0. */
  readonly text: Latin1;
  readonly method: string;
  readonly targetStart: number;
  readonly targetEnd: number;
  readonly minor: 0 | 1;
  /** Where the first field line begins. */
  readonly fieldsStart: number;
  readonly fieldCount: number;
  /** The value of `host`; both 0 where there is none. */
  readonly hostStart: number;
  readonly hostEnd: number;
  /** An absolute target, taken apart; else null. */
  readonly absolute: AbsoluteTarget | null;
  readonly framing: BodyFraming;
  readonly expectsContinue: boolean;
  readonly keepAlive: boolean;
}

/** A request's head, as the event it comes by. All of it was checked; its strings are made when they are asked for. */
export class HttpHead implements RequestHead {
  readonly type = "head";
  readonly method: string;
  readonly minor: 0 | 1;
  readonly framing: BodyFraming;
  readonly expectsContinue: boolean;
  readonly keepAlive: boolean;
  readonly #parts: HeadParts;
  #target: string | null = null;
  #fields: FieldList | null = null;

  /** @param parts Checked. */
  constructor(parts: HeadParts) {
    this.method = parts.method;
    this.minor = parts.minor;
    this.framing = parts.framing;
    this.expectsContinue = parts.expectsContinue;
    this.keepAlive = parts.keepAlive;
    this.#parts = parts;
  }

  get target(): string {
    const { text, targetStart, targetEnd } = this.#parts;
    return this.#target ??= text.slice(targetStart, targetEnd);
  }

  get protocol(): string {
    return this.minor === 1 ? "HTTP/1.1" : "HTTP/1.0";
  }

  get targetScheme(): "http" | "https" | null {
    return this.#parts.absolute?.scheme ?? null;
  }

  get bytes(): number {
    return this.#parts.text.length;
  }

  get authority(): string {
    const { absolute, text, hostStart, hostEnd } = this.#parts;
    return absolute === null ? text.slice(hostStart, hostEnd) : absolute.authority;
  }

  get path(): string {
    return this.#parts.absolute?.path ?? this.target;
  }

  get fields(): FieldList {
    const { text, fieldsStart, fieldCount, absolute } = this.#parts;
    return this.#fields ??= new FieldText(text, fieldsStart, fieldCount, absolute?.authority ?? null);
  }
}
