import type { BodySource } from "../contract/body.ts";
import type { RequestHead } from "../contract/head.ts";
import { LazyRequest } from "./lazy_request.ts";

/** What a request is made of. */
export interface RequestParts {
  readonly head: RequestHead;
  readonly scheme: "http" | "https";
  /** Of the URL: `host` or `host:port`. */
  readonly authority: string;
  /** Null where the head announces no body. */
  readonly body: BodySource | null;
  /** Called on first touch of `request.signal`, at most once. */
  signal(): AbortSignal;
}

/**
 * Makes the Request an app sees. It is `instanceof Request`; its URL, headers, body and signal are made when they are touched, and its
 * headers can be changed. `GET` and `HEAD` have no body, as the Fetch standard has it, whatever the client sent. The method is as the
 * client sent it: `get` is not `GET`.
 *
 * The native `new Request(request)` and `fetch(request)` take it on Bun, on Deno, on Node 20 and with light globals
 * (`installLightGlobals`); on Node 24 without them they throw an UnsupportedError. `new Request(url, request)` works everywhere, and
 * `nativeRequest(request)` gives a native one.
 */
export function createRequest(parts: RequestParts): Request {
  // Every member is there; shapeOf says why the type does not tell.
  return new LazyRequest(parts) as unknown as Request;
}

/**
 * The native Request that stands for one of ours, for what takes no other; it is always the same one, and from here on both share one body,
 * one store of headers and one signal. Any other Request is given back as it is.
 *
 * @throws {TypeError} The method is one that no native Request may have, such as TRACE.
 */
export function nativeRequest(request: Request): Request {
  return LazyRequest.is(request) ? LazyRequest.native(request) : request;
}
