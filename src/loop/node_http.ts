import type http from "node:http";
import type { Server } from "node:net";
import type { LoopEngine, LoopExchange, LoopListener, LoopListenOptions } from "../contract/loop.ts";
import type { Address, ListenUnix, TlsIdentity } from "../contract/socket.ts";
import { listenAddress, tcpAddress } from "../io/address.ts";
import { listenError } from "../io/broken_error.ts";
import { giveSocket } from "../io/node_socket_owner.ts";
import { setUmask } from "../io/node_umask.ts";
import { bindingUnix } from "../io/node_unix.ts";
import { type Renewable, renewing } from "../io/renewing.ts";
import { withUmask } from "../io/with_umask.ts";
import { ClearHttp2 } from "./node_http2_clear.ts";
import { NodeConnections } from "./node_http_connections.ts";
import { PrefaceServer } from "./node_http_preface.ts";
import { NodeRequests } from "./node_http_requests.ts";

/** How often Node looks for heads that are late; its own 30 s would make a short limit of no use. */
const CHECK_MS = 500;

/** Node counts otherwise than heddle, which says what is too long: of what Node refuses nobody is told. */
const HEAD_BYTES_FACTOR = 2;

/** Of the fields of a head of HTTP/1: its bytes bound them, and `limits.fields` is held against what comes; past Node's own bound it answers by itself. */
export const NO_LIMIT = 0;

/** The loop engine over `node:http` and `node:http2` beside it, over TLS or not; for Node 20 and later. */
export function createNodeHttp(): LoopEngine {
  return { name: "node-http", givesChunks: false, listen };
}

/** A server, and what ends it. */
export interface NodeServer {
  readonly server: Server;
  /** Fulfils when the last connection has gone; idle ones are closed. */
  close(): Promise<void>;
  kill(): void;
}

/** What both servers take of the options. */
export function httpOptions(options: LoopListenOptions) {
  return {
    keepAliveTimeout: options.keepAliveMs,
    headersTimeout: options.headMs,
    // Of head and body: a body's pace is ours to watch.
    requestTimeout: 0,
    connectionsCheckingInterval: CHECK_MS,
    maxHeaderSize: options.headBytes * HEAD_BYTES_FACTOR,
    noDelay: true,
    insecureHTTPParser: false,
  };
}

async function listen(options: LoopListenOptions, accept: (exchange: LoopExchange) => void): Promise<LoopListener> {
  let address = listenAddress(options);
  const secure = options.tls === undefined ? null : await createSecureServer(options, options.tls, accept, () => address);
  const { server, close, kill } = secure ?? createPlainServer(options, accept, () => address);
  server.maxConnections = options.connections;
  try {
    if (options.transport === "unix") await listenUnix(server, options);
    else await listening(server, () => server.listen({ host: options.hostname, port: options.port, backlog: options.backlog }));
  } catch (error) {
    throw listenError(options, error);
  }
  server.removeAllListeners("error").on("error", () => {});
  const bound = server.address();
  if (bound !== null && typeof bound === "object") address = tcpAddress(bound.address, bound.port);
  return { address, renew: (identities) => renewing(address, identities, secure), close, kill };
}

/** @param begin Binds within the call. */
function listening(server: Server, begin: () => void): Promise<void> {
  return new Promise((resolve, reject) => {
    server.removeAllListeners("error").once("error", reject);
    server.once("listening", resolve);
    begin();
  });
}

async function listenUnix(server: Server, options: ListenUnix & LoopListenOptions): Promise<void> {
  const { path, mode, backlog } = options;
  await bindingUnix(path, () => listening(server, () => withUmask(mode, setUmask, () => server.listen({ path, backlog }))));
  try {
    await giveSocket(options);
  } catch (error) {
    server.close();
    throw error;
  }
}

/** Loaded where there is TLS. */
async function createSecureServer(
  options: LoopListenOptions,
  identities: readonly TlsIdentity[],
  accept: (exchange: LoopExchange) => void,
  local: () => Address,
): Promise<NodeServer & Renewable> {
  const [{ createSecureServer }, { readCertificates }] = await Promise.all([import("./node_http2.ts"), import("../io/certificates.ts")]);
  return createSecureServer(options, await readCertificates(identities), accept, local);
}

/** What the types lack: an end that the client sends is not taken for its going. */
type HalfOpen = http.Server & { httpAllowHalfOpen: boolean };

function createPlainServer(options: LoopListenOptions, accept: (exchange: LoopExchange) => void, local: () => Address): NodeServer {
  const clear = new ClearHttp2(async () => (await import("./node_http2.ts")).createClearServer(options, accept, local));
  const server: http.Server = new PrefaceServer(httpOptions(options), (socket) => clear.take(socket));
  const requests = new NodeRequests(accept);
  const connections = new NodeConnections();
  server.on("connection", (socket) => connections.add(socket));
  server.on("request", (request, response) => requests.take(request, response, local(), false));
  server.on("checkContinue", (request, response) => requests.take(request, response, local(), true));
  server.maxRequestsPerSocket = options.keepAliveRequests;
  server.maxHeadersCount = NO_LIMIT;
  (server as HalfOpen).httpAllowHalfOpen = true;
  return {
    server,
    close() {
      requests.stopping = true;
      connections.stop(server, options, (socket) => requests.isBusy(socket));
      clear.close();
      return new Promise((resolve) => server.close(() => resolve()));
    },
    kill() {
      connections.kill();
      clear.kill();
    },
  };
}
