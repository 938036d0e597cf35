import type { IncomingMessage, ServerResponse } from "node:http";
import http2 from "node:http2";
import type { Socket } from "node:net";
import type { LoopExchange, LoopListenOptions } from "../contract/loop.ts";
import type { Address } from "../contract/socket.ts";
import type { Certificates } from "../io/certificates.ts";
import { SecureContexts } from "../io/node_tls.ts";
import type { Renewable } from "../io/renewing.ts";
import { httpOptions, NO_LIMIT, type NodeServer } from "./node_http.ts";
import { NodeConnections } from "./node_http_connections.ts";
import { Http2Exchange } from "./node_http2_exchange.ts";
import { boundEnd, http2Bounds, Http2Sessions } from "./node_http2_sessions.ts";
import { NodeRequests } from "./node_http_requests.ts";

/** A server of HTTP/2 and, for who does not agree on that by ALPN, HTTP/1.1. */
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
    ...http2Bounds(common.maxHeaderSize),
  });
  const { keepAliveTimeout, headersTimeout, requestTimeout } = common;
  Object.assign(server, {
    keepAliveTimeout,
    headersTimeout,
    requestTimeout,
    maxRequestsPerSocket: options.keepAliveRequests,
    maxHeadersCount: NO_LIMIT,
    httpAllowHalfOpen: true,
  });
  const requests = new NodeRequests(accept);
  const take = (request: http2.Http2ServerRequest, response: http2.Http2ServerResponse, expects: boolean) => {
    if (request.httpVersionMajor > 1) takeStream(request, local(), expects, accept);
    // With allowHTTP1 these come as what node:http gives.
    else requests.take(request as unknown as IncomingMessage, response as unknown as ServerResponse, local(), expects);
  };
  server.on("request", (request, response) => take(request, response, false));
  server.on("checkContinue", (request, response) => take(request, response, true));
  const sessions = new Http2Sessions(server, options);
  /** Below TLS; a handshake may be under way. */
  const connections = new NodeConnections();
  server.on("connection", (socket) => connections.add(socket));
  /** Of HTTP/1. */
  const secured = new NodeConnections();
  server.on("secureConnection", (socket) => {
    if (socket.alpnProtocol === "h2") boundEnd(socket);
    else secured.add(socket);
  });
  return {
    server,
    close() {
      requests.stopping = true;
      secured.stop(server, options, (socket) => requests.isBusy(socket));
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      sessions.close();
      return closed;
    },
    kill() {
      sessions.kill();
      connections.kill();
    },
    renew(certificates) {
      contexts = new SecureContexts(certificates);
      server.setSecureContext(tlsOf(certificates));
    },
  };
}

/** A server of HTTP/2 without TLS, which listens nowhere: it is given connections whose clients speak that. */
export interface ClearServer {
  /** @param socket What it gives first is the preface. */
  take(socket: Socket): void;
  /** As of `NodeServer`, but for its promise. */
  close(): void;
  kill(): void;
}

/** Makes one. */
export function createClearServer(options: LoopListenOptions, accept: (exchange: LoopExchange) => void, local: () => Address): ClearServer {
  const server = http2.createServer(http2Bounds(httpOptions(options).maxHeaderSize));
  const sessions = new Http2Sessions(server, options);
  server.on("request", (request) => takeStream(request, local(), false, accept));
  server.on("checkContinue", (request) => takeStream(request, local(), true, accept));
  const take = (socket: Socket) => {
    boundEnd(socket);
    server.emit("connection", socket);
  };
  return { take, close: () => sessions.close(), kill: () => sessions.kill() };
}

function takeStream(request: http2.Http2ServerRequest, local: Address, expects: boolean, accept: (exchange: LoopExchange) => void): void {
  // A client may reset a stream in the packet that begins it: that is no work.
  if (!request.stream.closed && !request.stream.destroyed) accept(new Http2Exchange(request, local, expects));
}

/** The first one, for clients that name no server. */
function tlsOf({ identities }: Certificates) {
  const { cert, key } = identities[0]!;
  return { cert, key, minVersion: "TLSv1.2" } as const;
}
