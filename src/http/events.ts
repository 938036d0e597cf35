import type { FieldList } from "../contract/head.ts";
import type { HttpHead } from "./http_head.ts";

/** What `Exchange.next` gives. */
export type ReceiveEvent = HttpHead | DataEvent | EndEvent | NeedMore | Paused | Closed;

/** Bytes of a request's body, without their framing. */
export interface DataEvent {
  readonly type: "data";
  /** Borrowed, as the chunk is that was handed to `receive`; never empty. */
  readonly bytes: Uint8Array;
}

/** A request is in, whole. It comes after every head, bodies or not. */
export interface EndEvent {
  readonly type: "end";
  /** The trailer section of a chunked body, kept out of the head (RFC 9110 section 6.5.1); null where there was none. */
  readonly trailers: FieldList | null;
}

/** All bytes were consumed, or what is left is a part of a head: `hold`, then `receive` more. */
export interface NeedMore {
  readonly type: "need-more";
}

/** The request is in and not yet answered: what follows it waits (`hold`) until `nextRequest`. */
export interface Paused {
  readonly type: "paused";
}

/** No other request will come: the client sent FIN between two, or the connection must close after the answer. */
export interface Closed {
  readonly type: "closed";
}

/** Events that carry nothing are made once. */
export const NEED_MORE: NeedMore = { type: "need-more" };
export const PAUSED: Paused = { type: "paused" };
export const CLOSED: Closed = { type: "closed" };
export const NO_TRAILERS: EndEvent = { type: "end", trailers: null };
