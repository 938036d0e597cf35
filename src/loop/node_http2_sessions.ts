import http2 from "node:http2";
import type { Socket } from "node:net";
import type { LoopTerms } from "../contract/loop.ts";
import { BrokenError } from "../errors.ts";
import { TokenBucket } from "./token_bucket.ts";

/** Streams that a connection may have at once (RFC 9113 section 6.5.2 recommends no fewer). */
const MOST_STREAMS = 100;

/**
 * Streams that a client may reset in a burst, and then in a second, before its connection is ended (rapid reset, CVE-2023-44487). Node's own option,
 * `streamResetBurst`, bounds nothing on Node 20.
 */
const RESET_BURST = 200;
const RESETS_A_SECOND = 33;

/** Fields that a head may have here, pseudo-fields among them: Node's own 128 are fewer than `limits.fields` may be, and to pass them resets a stream. */
const MOST_FIELDS = 10_000 + 8;

/** How long a client may keep its side of a connection open once ours is closed: nothing that it sends is of use any more. As `timeouts.lingerIdleMs`. */
const LINGER_MS = 2000;

/** Bounds the end of a connection, which Node's sessions leave to their clients. */
export function boundEnd(socket: Socket): void {
  socket.once("finish", () => {
    const timer = setTimeout(() => socket.destroy(), LINGER_MS);
    socket.once("close", () => clearTimeout(timer));
  });
}

/** A client's bounds; most of them it is told. @param headBytes Of a head, which bounds its fields too. */
export function http2Bounds(headBytes: number): { readonly settings: http2.Settings; readonly maxHeaderListPairs: number } {
  return {
    settings: { maxConcurrentStreams: MOST_STREAMS, maxHeaderListSize: headBytes, enablePush: false },
    maxHeaderListPairs: MOST_FIELDS,
  };
}

type Terms = Pick<LoopTerms, "keepAliveMs" | "keepAliveRequests">;

/**
 * The connections of HTTP/2 that a server has, over TLS or not: what their clients may do, and their end. A flood of CONTINUATION frames is ended by nghttp2
 * itself, after 8 of them (Node 20.12.1 and later).
 */
export class Http2Sessions {
  readonly #open = new Set<http2.ServerHttp2Session>();
  #closing = false;

  constructor(server: http2.Http2Server | http2.Http2SecureServer, terms: Terms) {
    server.on("session", (session: http2.ServerHttp2Session) => {
      this.#open.add(session);
      session.once("close", () => this.#open.delete(session));
      watch(session, terms);
      // A client that has closed its side asks for nothing more; what it has asked for it gets.
      session.socket.once("end", () => session.closed || session.close());
      if (this.#closing) session.close();
    });
    // Of a session: the client broke HTTP/2, and its connection is ended by Node.
    server.on("sessionError", () => {});
  }

  /** Tells clients to go (GOAWAY), and lets their streams end. */
  close(): void {
    this.#closing = true;
    for (const session of this.#open) session.close();
  }

  kill(): void {
    for (const session of this.#open) session.destroy();
  }
}

/**
 * Ends a session whose client resets too many streams, one that has carried its requests, once those are answered, and one that is idle: a stream that waits
 * for its handler keeps it.
 */
function watch(session: http2.ServerHttp2Session, { keepAliveMs, keepAliveRequests }: Terms): void {
  let streams = 0;
  let requests = 0;
  const resets = new TokenBucket(RESET_BURST, RESETS_A_SECOND, performance.now());
  session.on("stream", (stream) => {
    streams++;
    if (++requests === keepAliveRequests) session.close();
    stream.once("close", () => {
      streams--;
      const isFlood = wasReset(stream) && !resets.take(performance.now());
      if (isFlood && !session.destroyed) session.destroy(undefined, http2.constants.NGHTTP2_ENHANCE_YOUR_CALM);
    });
  });
  // Given to `setTimeout` it would be called once, and no more.
  session.setTimeout(keepAliveMs);
  session.on("timeout", () => {
    // A client that takes nothing would not let it close.
    if (streams === 0 && session.closed) return session.destroy();
    if (streams === 0) session.close();
    session.setTimeout(keepAliveMs);
  });
}

/** By its client: what we end ourselves, as by harakiri, ends with an error of ours. */
function wasReset({ aborted, rstCode, errored }: http2.ServerHttp2Stream): boolean {
  return (aborted || rstCode !== http2.constants.NGHTTP2_NO_ERROR) && !(errored instanceof BrokenError);
}
