import type { Field } from "../contract/head.ts";
import { Body } from "./body.ts";
import { BodyStream } from "./body_stream.ts";
import { JSON_FIELDS, JSON_TYPE, NO_FIELDS, TEXT_FIELDS, TEXT_TYPE } from "./common_fields.ts";
import { isFieldValue } from "./field_line.ts";
import { appended, valueOf } from "./fields.ts";
import { natives } from "./natives.ts";

/** Statuses of which the Fetch standard says that they have no body. */
const NULL_BODY: ReadonlySet<number> = new Set([101, 103, 204, 205, 304]);

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/**
 * Reads `status` as Web IDL reads an `unsigned short`.
 *
 * @throws {RangeError} It is not from 200 to 599. (101 too is for native Responses, which Deno and Bun make of upgrades.)
 */
export function statusFrom(value: unknown): number {
  const status = Number(value) & 0xffff;
  if (status < 200 || status > 599) throw new RangeError(`make a response: its status is ${String(value)}, not one from 200 to 599`);
  return status;
}

/**
 * @throws {TypeError} It holds a control character, or one past U+00FF.
 */
export function statusTextFrom(value: unknown): string {
  const text = String(value);
  if (!isFieldValue(text)) throw new TypeError(`make a response: its status text ${JSON.stringify(text)} is not valid in HTTP`);
  return text;
}

/**
 * @throws {TypeError} A response of this status has no body.
 */
export function checkMayHaveBody(status: number): void {
  if (NULL_BODY.has(status)) throw new TypeError(`make a response: one of status ${status} has no body`);
}

/**
 * @throws {RangeError} It is none of 301, 302, 303, 307 and 308.
 */
export function redirectStatusFrom(status: number): number {
  if (!REDIRECTS.has(status)) throw new RangeError(`make a redirection: ${status} is no status for it`);
  return status;
}

/** The fields, with a `content-type` if they had none. `fields` stays as it is. */
export function withType(fields: readonly Field[], type: string): readonly Field[] {
  if (fields === NO_FIELDS) {
    if (type === TEXT_TYPE) return TEXT_FIELDS;
    if (type === JSON_TYPE) return JSON_FIELDS;
  }
  return valueOf(fields, "content-type") === null ? appended(fields, "content-type", type) : fields;
}

/** A body as a Response keeps it, and the content type it goes by if none is said. */
export interface InitialContent {
  readonly content: string | Uint8Array | Body;
  readonly type: string | null;
}

/**
 * Reads what a caller may give for a body. Bytes are copied, as the standard has it: of a view only what it shows.
 *
 * @param value Neither null nor undefined.
 * @throws {TypeError} It is a stream that was read from or is locked.
 */
export function contentFrom(value: unknown): InitialContent {
  if (typeof value !== "object" && typeof value !== "function") return { content: String(value), type: TEXT_TYPE };
  if (ArrayBuffer.isView(value)) {
    return { content: new Uint8Array(value.buffer, value.byteOffset, value.byteLength).slice(), type: null };
  }
  if (value instanceof ArrayBuffer) return { content: new Uint8Array(value.slice(0)), type: null };
  if (value instanceof URLSearchParams) return { content: value.toString(), type: "application/x-www-form-urlencoded;charset=UTF-8" };
  const body = BodyStream.bodyOf(value as object);
  if (body !== null) {
    if (body.unusable) throw new TypeError("make a response of a stream: it was read from, or is locked");
    return { content: body, type: null };
  }
  const native = new (natives().Response)(value as BodyInit);
  return { content: Body.of(native), type: native.headers.get("content-type") };
}
