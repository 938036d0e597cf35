import { type AbsoluteTarget, absoluteTarget } from "../http/request_line.ts";
import type { BodyFraming, FieldList, RequestHead } from "../contract/head.ts";

const NO_BODY: BodyFraming = { kind: "none" };
const CHUNKED: BodyFraming = { kind: "chunked" };

/** Of a field line besides name and value: `: ` and CRLF. Of a request line: two blanks, `HTTP/1.1` and CRLF, and the head's empty line. */
const LINE_BYTES = 4;
const FIRST_LINE_BYTES = 14;

/** What is not as in HTTP/1. */
export interface LoopHeadOptions {
  /** Where no field says it. @default none */
  readonly authority?: string;
  /** A body that no field announces. @default false */
  readonly hasBody?: boolean;
  /** @default by `minor` */
  readonly protocol?: string;
  /** The target, taken apart, where it is an absolute one; `fields` give its authority for `host`. @default null */
  readonly absolute?: AbsoluteTarget | null;
}

/** An absolute target, taken apart; null for another form, and for what is no target at all. */
export function absoluteOf(method: string, target: string): AbsoluteTarget | null {
  if (target.startsWith("/") || target === "*") return null;
  try {
    return absoluteTarget(target, method);
  } catch {
    return null;
  }
}

/** A request's head as a loop engine's parser has read it: less is known of it than of one that came in bytes. */
export class LoopHead implements RequestHead {
  readonly method: string;
  readonly target: string;
  readonly minor: 0 | 1;
  readonly fields: FieldList;
  readonly keepAlive = true;
  readonly protocol: string;
  readonly #absolute: AbsoluteTarget | null;
  readonly #authority: string;
  readonly #hasBody: boolean;
  #framing: BodyFraming | null = null;

  /** @param target Path and query, unless the options give it as an absolute one. */
  constructor(
    method: string,
    target: string,
    minor: 0 | 1,
    fields: FieldList,
    { authority = "", hasBody = false, protocol = `HTTP/1.${minor}`, absolute = null }: LoopHeadOptions = {},
  ) {
    this.method = method;
    this.target = target;
    this.minor = minor;
    this.fields = fields;
    this.#absolute = absolute;
    this.#authority = authority;
    this.#hasBody = hasBody;
    this.protocol = protocol;
  }

  get path(): string {
    return this.#absolute?.path ?? this.target;
  }

  get targetScheme(): "http" | "https" | null {
    return this.#absolute?.scheme ?? null;
  }

  get authority(): string {
    return this.#absolute?.authority ?? this.fields.first("host") ?? this.#authority;
  }

  get expectsContinue(): boolean {
    return this.fields.first("expect")?.toLowerCase() === "100-continue";
  }

  get framing(): BodyFraming {
    return this.#framing ??= this.#frame();
  }

  #frame(): BodyFraming {
    if (this.fields.first("transfer-encoding") !== null) return CHUNKED;
    const bytes = Number(this.fields.first("content-length") ?? 0);
    if (bytes > 0) return { kind: "length", bytes };
    // Two of them come as one text: how long the body is the runtime knows.
    return this.#hasBody || Number.isNaN(bytes) ? CHUNKED : NO_BODY;
  }

  /** As it would be in HTTP/1.1. */
  get bytes(): number {
    const { method, target, fields } = this;
    let bytes = method.length + target.length + FIRST_LINE_BYTES;
    for (let index = 0; index < fields.count; index++) bytes += fields.name(index).length + fields.value(index).length + LINE_BYTES;
    return bytes;
  }
}
