import http from "node:http";
import https from "node:https";
import type { Socket } from "node:net";
import type { LoopEngine, LoopExchange, LoopListener, LoopListenOptions } from "../contract/loop.ts";
import type { Address, TlsIdentity } from "../contract/socket.ts";
import { formatAddress, tcpAddress } from "../io/address.ts";
import { brokenError } from "../io/broken_error.ts";
import { renewing } from "../io/renewing.ts";
import { NodeExchange } from "./node_http_exchange.ts";
import { oneIdentity } from "./one_identity.ts";

/** How often Node looks for heads that are late; its own 30 s would make a short limit of no use. */
const CHECK_MS = 500;

/** Node counts no white space and no line ends, and wants a request line in it. Ours says what is too long. */
const HEAD_BYTES_FACTOR = 2;

/** The loop engine over `node:http`; for Node 20 and later. */
export function createNodeHttp(): LoopEngine {
  return { name: "node-http", givesChunks: false, listen };
}

/** What the types lack: an end that the client sends is not taken for its going. */
type HalfOpen = http.Server & { httpAllowHalfOpen: boolean };

async function listen(options: LoopListenOptions, accept: (exchange: LoopExchange) => void): Promise<LoopListener> {
  const { hostname, port, backlog, connections } = options;
  const identity = oneIdentity("node-http", options.tls);
  const server = createServer(options, identity);
  const pipelines = new WeakMap<Socket, Pipeline>();
  let address: Address = tcpAddress(hostname, port);
  const serve = (request: http.IncomingMessage, response: http.ServerResponse, expects: boolean) => {
    const { socket } = request;
    let pipeline = pipelines.get(socket);
    if (pipeline === undefined) pipelines.set(socket, pipeline = new Pipeline());
    pipeline.add(response, () => {
      const remote = tcpAddress(socket.remoteAddress ?? "", socket.remotePort ?? 0);
      accept(new NodeExchange(request, response, address, remote, expects));
    });
  };
  server.on("request", (request, response) => serve(request, response, false));
  server.on("checkContinue", (request, response) => serve(request, response, true));
  server.maxConnections = connections;
  server.maxRequestsPerSocket = options.keepAliveRequests;
  (server as HalfOpen).httpAllowHalfOpen = true;
  try {
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen({ host: hostname, port, backlog }, resolve);
    });
  } catch (error) {
    throw brokenError(`listen on ${formatAddress(options)}`, error);
  }
  server.removeAllListeners("error").on("error", () => {});
  const bound = server.address();
  if (bound !== null && typeof bound === "object") address = tcpAddress(bound.address, bound.port);
  return {
    address,
    renew: (identities) =>
      renewing(address, identities, server instanceof https.Server ? { renew: ({ identities }) => renew(server, identities) } : null),
    close: () => new Promise((resolve) => server.close(() => resolve())),
    kill: () => server.closeAllConnections(),
  };
}

function renew(server: https.Server, identities: readonly TlsIdentity[]): void {
  const { cert, key } = oneIdentity("node-http", identities)!;
  server.setSecureContext({ cert, key, minVersion: "TLSv1.2" });
}

function createServer(options: LoopListenOptions, identity: TlsIdentity | null): http.Server {
  const common: http.ServerOptions = {
    keepAliveTimeout: options.keepAliveMs,
    headersTimeout: options.headMs,
    // Of head and body: a body's pace is ours to watch.
    requestTimeout: 0,
    connectionsCheckingInterval: CHECK_MS,
    maxHeaderSize: options.headBytes * HEAD_BYTES_FACTOR,
    noDelay: true,
    insecureHTTPParser: false,
  };
  if (identity === null) return http.createServer(common);
  const { handshakeMs: handshakeTimeout } = options;
  return https.createServer({ ...common, cert: identity.cert, key: identity.key, minVersion: "TLSv1.2", handshakeTimeout });
}

/** One connection's requests: Node hands pipelined ones out at once, and heddle has one at a time of a connection. */
class Pipeline {
  readonly #waiting: (readonly [response: http.ServerResponse, start: () => void])[] = [];
  #busy = false;

  add(response: http.ServerResponse, start: () => void): void {
    if (this.#busy) this.#waiting.push([response, start]);
    else this.#run(response, start);
  }

  #run(response: http.ServerResponse, start: () => void): void {
    this.#busy = true;
    response.once("close", () => this.#next());
    start();
  }

  #next(): void {
    this.#busy = false;
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      // Those of a connection that has gone have no client.
      if (!next[0].closed) return this.#run(...next);
    }
  }
}
