import type { AnswerParts, RepeatedFields } from "../contract/engine.ts";
import type { OpenFile } from "../contract/files.ts";
import type { Field } from "../contract/head.ts";
import { BoundedMap } from "./bounded_map.ts";
import { CachedFile } from "./cached_file.ts";
import { evaluateConditions, type RequestFields } from "./conditions.ts";
import { formatHttpDate } from "./http_date.ts";
import type { Validators } from "./validators.ts";

/** What an answer costs besides its bytes: its fields, its head's text, its path. */
const ANSWER_OVERHEAD = 2048;

/** Bytes of a body up to which a writer keeps head and body in one piece, and so another copy (`src/http/repeated_answer.ts`). */
const COPIED_BYTES = 65_536;

/** Fields that are given again and again. */
class KnownFields implements RepeatedFields {
  readonly #fields: readonly Field[];
  kept: object | null = null;

  constructor(fields: Iterable<Field>) {
    this.#fields = [...fields];
  }

  [Symbol.iterator](): Iterator<Field> {
    return this.#fields[Symbol.iterator]();
  }
}

/** The answers of one file by one name, for clients that accept the same. */
interface KnownAnswer {
  readonly untilMs: number;
  readonly validators: Validators;
  /** Of `validators`, as its field has it. */
  readonly lastModified: string;
  readonly whole: AnswerParts;
  readonly notModified: AnswerParts;
}

/** What an answer that may be known depends on. */
export class AnswerBasis {
  readonly pathname: string;
  /** Until then all of it is taken for what it was; by the clock of the wall. */
  untilMs: number;

  /**
   * @param pathname What was asked for, with its percent escapes, as a URL has it.
   * @param untilMs Until when it is taken that there is no other file; from before it was looked for.
   * @param file The one that was found.
   */
  constructor(pathname: string, untilMs: number, file: OpenFile) {
    this.pathname = pathname;
    this.untilMs = untilMs;
    this.add(file);
  }

  /** It depends on this file, too; one that is not in memory makes it unknowable. */
  add(file: OpenFile): void {
    this.untilMs = Math.min(this.untilMs, file instanceof CachedFile ? file.freshUntilMs : -Infinity);
  }
}

/**
 * Answers whose files are in memory, by what was asked for: given at once, without a promise, with their fields as they were. Ranges, and what has rarer
 * conditions, are not known here, and take the long way, which gives the same.
 */
export class KnownAnswers {
  readonly #answers: BoundedMap<KnownAnswer>;
  readonly #ttlMs: number;
  readonly #varies: boolean;
  readonly #nowMs: () => number;

  /**
   * @param bytes Of memory.
   * @param varies They depend on `Accept-Encoding`.
   * @param nowMs The clock of the wall.
   */
  constructor(bytes: number, ttlMs: number, varies: boolean, nowMs: () => number) {
    this.#answers = new BoundedMap(bytes);
    this.#ttlMs = ttlMs;
    this.#varies = varies;
    this.#nowMs = nowMs;
  }

  /** @param pathname With its percent escapes, without a query. @param fields Of a GET or HEAD. @returns Null if it is not known. */
  find(pathname: string, fields: RequestFields): AnswerParts | null {
    const known = this.#answers.get(this.#key(pathname, fields));
    if (known === undefined) return null;
    const leftMs = known.untilMs - this.#nowMs();
    // One that is too far ahead was made before the clock was set back.
    if (leftMs <= 0 || leftMs > this.#ttlMs) return null;
    if (fields.get("range") !== null || fields.get("if-match") !== null || fields.get("if-unmodified-since") !== null) return null;
    return isNotModified(fields, known) ? known.notModified : known.whole;
  }

  /**
   * Knows an answer from now on, if its file is in memory.
   *
   * @param fields Of the request whose answer it is.
   * @param whole The fields of a 200.
   * @param notModified The fields of a 304.
   */
  add(
    { pathname, untilMs }: AnswerBasis,
    fields: RequestFields,
    file: OpenFile,
    validators: Validators,
    whole: Iterable<Field>,
    notModified: Iterable<Field>,
  ): void {
    const nowMs = this.#nowMs();
    // What is from the future has its date changed with each answer.
    if (!(file instanceof CachedFile) || untilMs <= nowMs || validators.modified * 1000 > nowMs) return;
    const { content } = file;
    const key = this.#key(pathname, fields);
    const weight = content.length * (content.length > COPIED_BYTES ? 1 : 2) + 2 * key.length + ANSWER_OVERHEAD;
    const length: Field = ["content-length", String(content.length)];
    this.#answers.set(key, {
      untilMs,
      validators,
      lastModified: formatHttpDate(validators.modified),
      whole: { status: 200, statusText: "", fields: new KnownFields([...whole, length]), body: content },
      notModified: { status: 304, statusText: "", fields: new KnownFields(notModified), body: null },
    }, weight);
  }

  #key(pathname: string, fields: RequestFields): string {
    return this.#varies ? `${fields.get("accept-encoding") ?? ""}\n${pathname}` : pathname;
  }
}

/** What a client was told is mostly what it asks by: then no list and no date is taken apart. */
function isNotModified(fields: RequestFields, { validators, lastModified }: KnownAnswer): boolean {
  const tags = fields.get("if-none-match");
  if (tags !== null) return tags === validators.etag || evaluateConditions(fields, validators) === "not-modified";
  const since = fields.get("if-modified-since");
  return since !== null && (since === lastModified || evaluateConditions(fields, validators) === "not-modified");
}
