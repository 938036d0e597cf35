import type { IncomingMessage, ServerResponse } from "node:http";
import http2 from "node:http2";
import type { LoopExchange, LoopListenOptions } from "../contract/loop.ts";
import type { Address } from "../contract/socket.ts";
import { BrokenError } from "../errors.ts";
import type { Certificates } from "../io/certificates.ts";
import { SecureContexts } from "../io/node_tls.ts";
import type { Renewable } from "../io/renewing.ts";
import { httpOptions, type NodeServer } from "./node_http.ts";
import { NodeConnections } from "./node_http_connections.ts";
import { Http2Exchange } from "./node_http2_exchange.ts";
import { NodeRequests } from "./node_http_requests.ts";
import { TokenBucket } from "./token_bucket.ts";

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
  certificates: Certificates,
  accept: (exchange: LoopExchange) => void,
  local: () => Address,
): NodeServer & Renewable {
  const common = httpOptions(options);
  let contexts = new SecureContexts(certificates);
  const server = http2.createSecureServer({
    ...common,
    allowHTTP1: true,
    ...tlsOf(certificates),
    SNICallback: (name, chosen) => chosen(null, contexts.of(name)),
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
      // A client may reset a stream in the packet that begins it: that is no work.
      if (!request.stream.closed && !request.stream.destroyed) accept(new Http2Exchange(request, local(), expects));
    } // With allowHTTP1 these come as what node:http gives.
    else requests.take(request as unknown as IncomingMessage, response as unknown as ServerResponse, local(), expects);
  };
  server.on("request", (request, response) => take(request, response, false));
  server.on("checkContinue", (request, response) => take(request, response, true));
  const sessions = new Set<http2.ServerHttp2Session>();
  server.on("session", (session) => {
    sessions.add(session);
    session.once("close", () => sessions.delete(session));
    watch(session, options.keepAliveMs);
    if (closing) session.close();
  });
  // Of a session: the client broke HTTP/2, and its connection is ended by Node.
  server.on("sessionError", () => {});
  /** Below TLS; a handshake may be under way. */
  const connections = new NodeConnections();
  server.on("connection", (socket) => connections.add(socket));
  /** Of HTTP/1. */
  const secured = new NodeConnections();
  server.on("secureConnection", (socket) => {
    if (socket.alpnProtocol !== "h2") secured.add(socket);
  });
  let closing = false;
  return {
    server,
    close() {
      closing = requests.stopping = true;
      secured.stop(server, options, (socket) => requests.isBusy(socket));
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const session of sessions) session.close();
      return closed;
    },
    kill() {
      for (const session of sessions) session.destroy();
      connections.kill();
    },
    renew(certificates) {
      contexts = new SecureContexts(certificates);
      server.setSecureContext(tlsOf(certificates));
    },
  };
}

/** Ends a session whose client resets too many streams, and one that is idle: a stream that waits for its handler keeps it. */
function watch(session: http2.ServerHttp2Session, keepAliveMs: number): void {
  let streams = 0;
  const resets = new TokenBucket(RESET_BURST, RESETS_A_SECOND, performance.now());
  session.on("stream", (stream) => {
    streams++;
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

/** The first one, for clients that name no server. */
function tlsOf({ identities }: Certificates) {
  const { cert, key } = identities[0]!;
  return { cert, key, minVersion: "TLSv1.2" } as const;
}
