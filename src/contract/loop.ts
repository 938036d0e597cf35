/**
 * The port to a runtime's own HTTP server (uWSGI's loop engines). It takes over connections and parsing; admission, cores and all else that is of a
 * request stay heddle's. `tests/e2e/loops_test.ts` says in code what all of them do alike.
 *
 * Rules for whoever uses an exchange:
 * - One answer: `respond`, or `start`, `write` any number of times, `end`. What a head says is checked before.
 * - `gone` comes once at most, and nothing after it; then every method does nothing.
 */
import type { FilePart } from "./files.ts";
import type { FieldList, RequestHead } from "./head.ts";
import type { Address, Listener, ListenOptions } from "./socket.ts";

/** The loop engines. */
export type LoopEngineName = "deno-serve" | "bun-serve" | "node-http";

/** A runtime's HTTP server. */
export interface LoopEngine {
  readonly name: LoopEngineName;
  /** The chunks of its bodies are given, and not lent: each is alone in its buffer, and is never touched again. */
  readonly givesChunks: boolean;
  /**
   * Listens, and hands each request to `accept`, which sets `exchange.handler` before it returns; no event comes before that.
   *
   * @throws {BrokenError} It cannot listen there.
   * @throws {UnsupportedError} It has no such listener, such as one with several certificates.
   */
  listen(options: LoopListenOptions, accept: (exchange: LoopExchange) => void): Promise<LoopListener>;
}

/** How a loop engine listens. What it has no way to keep it ignores: `src/loop/gaps.ts` lists that. */
export interface LoopTerms {
  /** As of `ListenOptions`. */
  readonly backlog: number;
  /** Connections that may be open. */
  readonly connections: number;
  /** Requests that a connection may carry; 0 for no limit. */
  readonly keepAliveRequests: number;
  /** How long a connection is kept between two requests. */
  readonly keepAliveMs: number;
  /** As `keepAliveMs`, once a stop has begun. */
  readonly idleGraceMs: number;
  readonly headMs: number;
  readonly handshakeMs: number;
  /** Bytes of a head; a longer one it may pass on, or refuse with 431. */
  readonly headBytes: number;
}

/** Where and how a loop engine listens. */
export type LoopListenOptions = ListenOptions & LoopTerms;

/** A listener of a loop engine. Its `close` fulfils once the exchanges that are under way are over, too. */
export interface LoopListener extends Listener {
  /** Ends all connections at once, where the runtime can; `close` fulfils in any case. */
  kill(): void;
}

/** An answer's head, checked. */
export interface LoopAnswerHead {
  /** 200 to 599. */
  readonly status: number;
  /** Empty for the registered phrase. */
  readonly statusText: string;
  /** Without `content-length`, `transfer-encoding` and what else is the connection's. */
  readonly fields: FieldList;
  /** What `content-length` is to say; null for no such field. */
  readonly contentLength: number | null;
  /** No body follows: the method is HEAD, or the status has none. */
  readonly isBodiless: boolean;
  /** The connection's last. */
  readonly close: boolean;
  /** Other connection options, as a list in lower case, such as `upgrade`; empty where there are none. HTTP/2 has none. */
  readonly options: string;
}

/** A part of a file in the shape in which a runtime sends it by itself; it has that file from then on, and closes it. */
export interface LoopFile {
  /** Its connection must not carry another answer: nobody could tell where one begins if the file has become shorter. */
  readonly isLast: boolean;
  /** It was not sent. */
  release(): void;
}

/** One request, and the way for its answer. */
export interface LoopExchange {
  /** Set by `accept`. */
  handler: LoopHandler;
  readonly head: RequestHead;
  readonly local: Address;
  readonly remote: Address;
  /** Null where the head announces none. */
  readonly body: LoopBody | null;
  /** Its connection may carry several at once, as in HTTP/2: none of them may wait for a place in the wait queue. */
  readonly multiplexed: boolean;
  /** Bytes that `write` and `respond` took and the runtime has not, as far as it tells. */
  readonly unsent: number;
  /** A body that is written in pieces leaves without the `content-length` that its head has. @default false */
  readonly losesLength?: boolean;
  /** A whole answer. */
  respond(head: LoopAnswerHead, body: Uint8Array | null): void;
  /**
   * Takes a part of a file to be sent by `respondFile`. Left out where the runtime has no such way.
   *
   * @param status Of its answer.
   * @returns Null where this one is to be written: then the file was not touched.
   */
  takeFile?(part: FilePart, status: number): LoopFile | null;
  /** A whole answer by what `takeFile` gave. When the client has it is not told; a file that has become shorter ends the connection. */
  respondFile?(head: LoopAnswerHead, file: LoopFile): void;
  start(head: LoopAnswerHead): void;
  /** Queues a piece of the body; never blocks. It owns the chunk from then on. */
  write(chunk: Uint8Array): void;
  /** Holds writes back until `uncork`. Does not nest. */
  cork(): void;
  uncork(): void;
  end(): void;
  /** Ends it short, in a way that its client notices: a reset, where the runtime can. */
  abort(): void;
}

/** Who hears of an exchange. */
export interface LoopHandler {
  /** `unsent` has come down to 0, after it was past the high-water mark, or after the answer's end. */
  drain(): void;
  /** The client sends nothing more, and still reads, as far as anybody knows. */
  ended?(): void;
  /** The client has gone before the answer's end was sent. */
  gone(error: Error): void;
}

/** A request's body, pulled. */
export interface LoopBody {
  /**
   * Takes the next chunk; null at the end. No second call before the first one settled.
   *
   * @throws (as a rejection) The client went before the body's end, or broke its framing.
   */
  read(): Promise<Uint8Array | null>;
  /** Nobody wants the rest. */
  cancel(): void;
}
