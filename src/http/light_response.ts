import type { Field } from "../contract/head.ts";
import { Body } from "./body.ts";
import { JSON_TYPE, NO_FIELDS, TEXT_TYPE } from "./common_fields.ts";
import { fieldsFrom } from "./fields.ts";
import { LightHeaders } from "./headers.ts";
import { INSPECT, type Inspect, inspectAs } from "./inspect.ts";
import { natives } from "./natives.ts";
import { poseWhenLoaded } from "./pose_as.ts";
import type { ResponseParts } from "./response.ts";
import { checkMayHaveBody, contentFrom, redirectStatusFrom, statusFrom, statusTextFrom, withType } from "./response_init.ts";

/** structuredClone and postMessage would make an empty object of ours. They refuse one that holds a symbol, and JSON passes over it. */
const UNCLONEABLE = Symbol("Response");

/** What stands in the body's place once it was sent. */
const SPENT = Body.spent();

/** A Response's second argument. */
export interface LightResponseInit {
  readonly status?: unknown;
  readonly statusText?: unknown;
  readonly headers?: unknown;
}

/**
 * A Response that keeps a string or bytes as they are and makes no stream of them: on Node the native one costs 2 to 10 us. Everything else
 * a Response does, it does; where that takes a native one it makes it.
 */
export class LightResponse {
  readonly uncloneable: symbol = UNCLONEABLE;
  /** Checked, sorted and combined; not the truth any more once `#headers` is there. */
  #fields: readonly Field[] = NO_FIELDS;
  #headers: LightHeaders | null = null;
  /** A string and bytes become a `Body` when they are touched. */
  #content: string | Uint8Array | Body | null = null;
  #status = 200;
  #statusText = "";
  #type: ResponseType = "default";
  #immutable = false;
  #native: Response | null = null;

  /**
   * @throws {RangeError} The status is not one from 200 to 599.
   * @throws {TypeError} The status text, a header or the body is not valid, or a status that has no body got one.
   */
  constructor(body: unknown = null, init: LightResponseInit | null | undefined = undefined) {
    if (init !== undefined && init !== null) this.#initialize(init);
    if (typeof body === "string") {
      this.#content = body;
      this.#fields = withType(this.#fields, TEXT_TYPE);
    } else if (body !== null && body !== undefined) this.#setBody(body);
    if (this.#status !== 200 && this.#content !== null) checkMayHaveBody(this.#status);
  }

  #initialize(init: LightResponseInit): void {
    if (typeof init !== "object" && typeof init !== "function") throw new TypeError("make a response: its second argument is no object");
    const { status, statusText } = init;
    if (status !== undefined) this.#status = statusFrom(status);
    if (statusText !== undefined) this.#statusText = statusTextFrom(statusText);
    if (LightResponse.is(init)) this.#fields = LightResponse.#fieldsOf(init);
    else if (init.headers !== undefined) {
      this.#fields = LightHeaders.is(init.headers) ? LightHeaders.fieldsOf(init.headers) : fieldsFrom(init.headers);
    }
  }

  #setBody(body: unknown): void {
    const { content, type } = contentFrom(body);
    this.#content = content;
    if (type !== null) this.#fields = withType(this.#fields, type);
  }

  /** Whether a value is one of these. */
  static is(value: unknown): value is LightResponse {
    return typeof value === "object" && value !== null && #content in value;
  }

  /** The native Response that stands for `response`; see `nativeResponse`. */
  static native(response: LightResponse): Response {
    return response.#native ?? response.#makeNative();
  }

  #makeNative(): Response {
    const { status, statusText, headers } = this;
    const body = this.#open();
    if (body.unusable) throw new TypeError("make a native response: the body was used already, or its stream is locked");
    if (this.#type === "error") return this.#native = natives().Response.error();
    const native = new (natives().Response)(body.stream, { status, statusText, headers: [...headers] });
    body.adopt(native);
    LightHeaders.adopt(headers, native.headers);
    return this.#native = native;
  }

  /** As `readResponse` gives it. */
  static read(response: LightResponse): ResponseParts {
    const content = response.#content;
    let body: ResponseParts["body"];
    if (content instanceof Body) body = content.release();
    else {
      body = content;
      if (content !== null) response.#content = SPENT;
    }
    return { status: response.#status, statusText: response.#statusText, fields: LightResponse.#fieldsOf(response), body };
  }

  static #fieldsOf(response: LightResponse): readonly Field[] {
    return response.#headers === null ? response.#fields : LightHeaders.fieldsOf(response.#headers);
  }

  /** Native responses are `instanceof` this class too, as these are of the native one. */
  static [Symbol.hasInstance](value: unknown): boolean {
    if (typeof value !== "object" || value === null) return false;
    // A class that an app derives from this one has only its own.
    if (this !== LightResponse) return Object.prototype.isPrototypeOf.call(this.prototype, value);
    return #content in value || Object.prototype.isPrototypeOf.call(natives().Response.prototype, value);
  }

  /** As the standard's `Response.error`. */
  static error(): LightResponse {
    const response = new LightResponse();
    response.#status = 0;
    response.#type = "error";
    response.#immutable = true;
    return response;
  }

  /**
   * As the standard's `Response.json`.
   *
   * @throws {TypeError} `data` cannot be JSON.
   */
  static json(data: unknown, init?: LightResponseInit): LightResponse {
    const text: string | undefined = JSON.stringify(data);
    if (text === undefined) throw new TypeError("make a response of JSON: the value cannot be serialized");
    const response = new LightResponse(null, init);
    checkMayHaveBody(response.#status);
    response.#content = text;
    response.#fields = withType(response.#fields, JSON_TYPE);
    return response;
  }

  /**
   * As the standard's `Response.redirect`.
   *
   * @param url Absolute.
   * @throws {TypeError} The URL is not valid.
   * @throws {RangeError} The status is none of 301, 302, 303, 307 and 308.
   */
  static redirect(url: string | URL, status: number = 302): LightResponse {
    const location = new URL(url).href;
    const response = new LightResponse(null, { status: redirectStatusFrom(status), headers: { location } });
    response.#immutable = true;
    return response;
  }

  #open(): Body {
    const content = this.#content;
    return content instanceof Body ? content : this.#content = new Body(content);
  }

  get status(): number {
    return this.#status;
  }

  get ok(): boolean {
    return this.#status >= 200 && this.#status <= 299;
  }

  get statusText(): string {
    return this.#statusText;
  }

  get headers(): LightHeaders {
    return this.#headers ??= new LightHeaders(null, this.#fields, this.#immutable);
  }

  get type(): ResponseType {
    return this.#type;
  }

  get url(): string {
    return "";
  }

  get redirected(): boolean {
    return false;
  }

  get body(): ReadableStream<Uint8Array> | null {
    return this.#content === null ? null : this.#open().stream;
  }

  get bodyUsed(): boolean {
    return this.#content instanceof Body && this.#content.used;
  }

  text(): Promise<string> {
    return this.#open().text();
  }

  json(): Promise<unknown> {
    return this.#open().json();
  }

  arrayBuffer(): Promise<ArrayBuffer> {
    return this.#open().arrayBuffer();
  }

  bytes(): Promise<Uint8Array<ArrayBuffer>> {
    return this.#open().bytes();
  }

  blob(): Promise<Blob> {
    return this.#open().blob(this.headers.get("content-type"));
  }

  formData(): Promise<FormData> {
    return this.#open().formData(this.headers.get("content-type"));
  }

  textStream(): ReadableStream<string> {
    return this.#open().textStream();
  }

  /**
   * @throws {TypeError} The body was read from, or its stream is locked.
   */
  clone(): LightResponse {
    const clone = new LightResponse();
    clone.#content = this.#open().clone();
    clone.#fields = LightResponse.#fieldsOf(this);
    clone.#status = this.#status;
    clone.#statusText = this.#statusText;
    clone.#type = this.#type;
    clone.#immutable = this.#immutable;
    return clone;
  }

  get [Symbol.toStringTag](): "Response" {
    return "Response";
  }

  /** What console.log prints. */
  [INSPECT](depth: number, options: object, inspect: Inspect): string {
    const { status, statusText, headers, bodyUsed } = this;
    return inspectAs("Response", { status, statusText, headers, bodyUsed }, depth, options, inspect);
  }
}

poseWhenLoaded(LightResponse, ({ Response }) => ({ sample: new Response(), named: LightResponse, nativeOf: LightResponse.native }));
Object.defineProperty(LightResponse, "name", { value: "Response", configurable: true });
