import { Body } from "./body.ts";
import { LightHeaders } from "./headers.ts";
import { INSPECT, type Inspect, inspectAs } from "./inspect.ts";
import { refuseForgottenMethod, requestPrototype } from "./native_request.ts";
import { natives } from "./natives.ts";
import { poseWhenLoaded } from "./pose_as.ts";
import type { RequestParts } from "./request.ts";
import { requestUrl } from "./request_url.ts";

/** structuredClone and postMessage would make an empty object of ours. They refuse one that holds a symbol, and JSON passes over it. */
const UNCLONEABLE = Symbol("Request");

/**
 * A server's Request, each part of it made when it is touched. What it cannot do itself it hands to a native Request that it makes
 * (`native`), and from there on that one keeps body and headers.
 */
export class LazyRequest {
  readonly uncloneable: symbol = UNCLONEABLE;
  readonly #parts: RequestParts;
  #url: string | null = null;
  #headers: LightHeaders | null = null;
  #body: Body | null = null;
  #signal: AbortSignal | null = null;
  #native: Request | null = null;

  constructor(parts: RequestParts) {
    this.#parts = parts;
  }

  /** Whether a value is one of these. */
  static is(value: unknown): value is LazyRequest {
    return typeof value === "object" && value !== null && #parts in value;
  }

  /** The native Request that stands for `request`; see `nativeRequest`. */
  static native(request: LazyRequest): Request {
    return request.#native ?? request.#makeNative();
  }

  #makeNative(): Request {
    const { method, url, signal } = this;
    const headers = this.#fields();
    const body = this.#open();
    // The native class takes no stream that was used. But the rest may be wanted: new Request(request, { body: other }).
    const spent = body.unusable;
    const stream = spent ? new ReadableStream() : body.stream;
    const native = new (natives().Request)(url, { method, headers: [...headers], signal, body: stream, duplex: "half" } as RequestInit);
    if (spent) {
      native.body?.cancel().catch(() => {});
      return native;
    }
    body.adopt(native);
    LightHeaders.adopt(headers, native.headers);
    return this.#native = native;
  }

  #open(): Body {
    return this.#body ??= new Body(mayHaveBody(this.#parts.head.method) ? this.#parts.body : null);
  }

  #fields(): LightHeaders {
    return this.#headers ??= new LightHeaders(this.#parts.head.fields, null, false);
  }

  get method(): string {
    return this.#parts.head.method;
  }

  get url(): string {
    return this.#url ??= requestUrl(this.#parts.scheme, this.#parts.authority, this.#parts.head.path);
  }

  get headers(): LightHeaders {
    return this.#fields();
  }

  get signal(): AbortSignal {
    return this.#signal ??= this.#parts.signal();
  }

  get body(): ReadableStream<Uint8Array> | null {
    return this.#open().stream;
  }

  get bodyUsed(): boolean {
    return this.#body !== null && this.#body.used;
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
    return this.#open().blob(this.#fields().get("content-type"));
  }

  formData(): Promise<FormData> {
    return this.#open().formData(this.#fields().get("content-type"));
  }

  textStream(): ReadableStream<string> {
    return this.#open().textStream();
  }

  /**
   * @throws {TypeError} The body was read from, or its stream is locked.
   */
  clone(): LazyRequest {
    const clone = new LazyRequest(this.#parts);
    clone.#body = this.#open().clone();
    clone.#url = this.#url;
    clone.#headers = new LightHeaders(null, LightHeaders.fieldsOf(this.#fields()), false);
    // Made here, so that parts.signal() is called once, and both abort.
    clone.#signal = this.signal;
    return clone;
  }

  get [Symbol.toStringTag](): "Request" {
    return "Request";
  }

  /** What console.log prints. */
  [INSPECT](depth: number, options: object, inspect: Inspect): string {
    const { method, url, headers, bodyUsed } = this;
    return inspectAs("Request", { method, url, headers, bodyUsed }, depth, options, inspect);
  }

  // A server's request was not made by a page: what is left has the values of `new Request(url)` (Fetch standard, section 5.4), on runtimes
  // that lack it too.

  get cache(): RequestCache {
    return "default";
  }

  get credentials(): RequestCredentials {
    return "same-origin";
  }

  get destination(): RequestDestination {
    return "";
  }

  get duplex(): "half" {
    return "half";
  }

  get integrity(): string {
    return "";
  }

  get isHistoryNavigation(): boolean {
    return false;
  }

  get isReloadNavigation(): boolean {
    return false;
  }

  get keepalive(): boolean {
    return false;
  }

  get mode(): RequestMode {
    return "cors";
  }

  get redirect(): RequestRedirect {
    return "follow";
  }

  get referrer(): string {
    return "about:client";
  }

  get referrerPolicy(): ReferrerPolicy {
    return "";
  }
}

/**
 * Fetch standard, `new Request`: `GET` and `HEAD` have no body. Their small letters too: a native Request takes those for the same methods.
 */
function mayHaveBody(method: string): boolean {
  if (method === "GET" || method === "HEAD") return false;
  const upper = method.length < 5 ? method.toUpperCase() : method;
  return upper !== "GET" && upper !== "HEAD";
}

poseWhenLoaded(LazyRequest, ({ Request }) => {
  const sample = new Request("http://localhost/");
  refuseForgottenMethod(LazyRequest.prototype, sample);
  return { sample, prototype: requestPrototype(sample), named: Request, nativeOf: LazyRequest.native };
});
