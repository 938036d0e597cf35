import type { IncomingMessage, ServerResponse } from "node:http";
import http2 from "node:http2";
import type { Socket } from "node:net";
import type { LoopExchange, LoopListenOptions } from "../contract/loop.ts";
import type { Address, TlsIdentity } from "../contract/socket.ts";
import type { Renewable } from "../io/renewing.ts";
import { httpOptions, type NodeServer } from "./node_http.ts";
import { Http2Exchange } from "./node_http2_exchange.ts";
import { NodeRequests } from "./node_http_requests.ts";
import { TokenBucket } from "./token_bucket.ts";
import { oneIdentity } from "./one_identity.ts";

/** Streams that a connection may have at once (RFC 9113 section 6.5.2 recommends no fewer). */
const MOST_STREAMS = 100;

/**
 * Streams that a client may reset in a burst, and then in a second, before its connection is ended (rapid reset, CVE-2023-44487). Node's own option,
 * `streamResetBurst`, bounds nothing on Node 20.
 */
const RESET_BURST = 200;
const RESETS_A_SECOND = 33;

/**
 * A server of HTTP/2 and, for who does not agree on that by ALPN, HTTP/1.1. A flood of CONTINUATION frames is ended by nghttp2 itself, after 8 of them
 * (Node 20.12.1 and later).
 */
export function createSecureServer(
  options: LoopListenOptions,
  identity: TlsIdentity,
  accept: (exchange: LoopExchange) => void,
  local: () => Address,
): NodeServer & Renewable {
  const common = httpOptions(options);
  const server = http2.createSecureServer({
    ...common,
    allowHTTP1: true,
    ...tlsOf(identity),
    handshakeTimeout: options.handshakeMs,
    settings: { maxConcurrentStreams: MOST_STREAMS, maxHeaderListSize: common.maxHeaderSize, enablePush: false },
  });
  const { keepAliveTimeout, headersTimeout, requestTimeout } = common;
  Object.assign(server, {
    keepAliveTimeout,
    headersTimeout,
    requestTimeout,
    maxRequestsPerSocket: options.keepAliveRequests,
    httpAllowHalfOpen: true,
  });
  const requests = new NodeRequests(accept);
  const take = (request: http2.Http2ServerRequest, response: http2.Http2ServerResponse, expects: boolean) => {
    if (request.httpVersionMajor > 1) {
      count(request.stream);
      accept(new Http2Exchange(request, local(), expects));
    } // With allowHTTP1 these come as what node:http gives.
    else requests.take(request as unknown as IncomingMessage, response as unknown as ServerResponse, local(), expects);
  };
  server.on("request", (request, response) => take(request, response, false));
  server.on("checkContinue", (request, response) => take(request, response, true));
  const sessions = new Set<http2.ServerHttp2Session>();
  server.on("session", (session) => {
    sessions.add(session);
    facts.set(session, { streams: 0, resets: new TokenBucket(RESET_BURST, RESETS_A_SECOND, performance.now()) });
    session.once("close", () => sessions.delete(session));
    session.setTimeout(options.keepAliveMs, () => closeIdle(session));
  });
  // Of a session: the client broke HTTP/2, and its connection is ended by Node.
  server.on("sessionError", () => {});
  const sockets = new Set<Socket>();
  server.on("secureConnection", (socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  return {
    server,
    close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const session of sessions) session.close();
      return closed;
    },
    kill() {
      for (const session of sessions) session.destroy();
      for (const socket of sockets) socket.destroy();
    },
    renew: ({ identities }) => server.setSecureContext(tlsOf(oneIdentity("node-http", identities)!)),
  };
}

/** What is known of a session. */
interface SessionFacts {
  /** Exchanges under way. */
  streams: number;
  readonly resets: TokenBucket;
}

const facts = new WeakMap<http2.Http2Session, SessionFacts>();

function count(stream: http2.ServerHttp2Stream): void {
  const { session } = stream;
  const found = session === undefined ? undefined : facts.get(session);
  if (session === undefined || found === undefined) return;
  found.streams++;
  stream.once("close", () => {
    found.streams--;
    const isFlood = stream.aborted && !found.resets.take(performance.now());
    if (isFlood && !session.destroyed) session.destroy(undefined, http2.constants.NGHTTP2_ENHANCE_YOUR_CALM);
  });
}

/** Nothing came or went for so long. A stream that waits for its handler keeps its connection. */
function closeIdle(session: http2.ServerHttp2Session): void {
  if (facts.get(session)?.streams === 0) session.close();
}

function tlsOf({ cert, key }: TlsIdentity) {
  return { cert, key, minVersion: "TLSv1.2" } as const;
}
