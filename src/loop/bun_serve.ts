import type { LoopEngine, LoopExchange, LoopListener, LoopListenOptions } from "../contract/loop.ts";
import type { Address } from "../contract/socket.ts";
import { listenAddress, remoteOf, tcpAddress } from "../io/address.ts";
import { listenError } from "../io/broken_error.ts";
import { type Certificates, readCertificates } from "../io/certificates.ts";
import { giveSocket } from "../io/node_socket_owner.ts";
import { setUmask } from "../io/node_umask.ts";
import { bindingUnix } from "../io/node_unix.ts";
import { withUmask } from "../io/with_umask.ts";
import { natives } from "../http/natives.ts";
import { takeBunFile } from "./bun_file.ts";
import { FetchExchange, type FetchTraits } from "./fetch_exchange.ts";
import { renewUnsupported } from "./one_identity.ts";
import type { BunHttpServer, BunPlace, BunServe, BunTlsEntry } from "./serve_types.ts";

/** Bun takes no longer one (1.4.5). */
const LONGEST_IDLE_S = 255;

const TRAITS: FetchTraits = {
  // Any other one it prints on standard error (1.4.5).
  failure: undefined,
  closeResets: true,
  typesBytes: true,
  // A PDF's or an archive's would be `filename="9"`, of the descriptor (1.4.5).
  namesFiles: true,
  // Every stream leaves in chunks (1.4.5).
  losesLength: true,
  speaksHttp2: false,
  takeFile: takeBunFile,
};

/** The loop engine over `Bun.serve`; for Bun 1.4.5 and later. */
export function createBunServe(): LoopEngine {
  return { name: "bun-serve", givesChunks: false, listen };
}

async function listen(options: LoopListenOptions, accept: (exchange: LoopExchange) => void): Promise<LoopListener> {
  const tls = options.tls === undefined ? null : bunTls(await readCertificates(options.tls));
  let address = listenAddress(options);
  const serve = (place: BunPlace) => serveBun(options, place, tls, () => address, accept);
  try {
    const server = await bind(options, serve);
    if (options.transport === "tcp") address = tcpAddress(options.hostname, server.port ?? options.port);
    return { address, renew: () => renewUnsupported("bun-serve"), close: () => server.stop(), kill: () => void server.stop(true) };
  } catch (error) {
    throw listenError(options, error);
  }
}

async function bind(options: LoopListenOptions, serve: (place: BunPlace) => BunHttpServer): Promise<BunHttpServer> {
  if (options.transport === "tcp") return serve({ hostname: options.hostname, port: options.port });
  const { path, mode } = options;
  const server = await bindingUnix(path, () => withUmask(mode, setUmask, () => serve({ unix: path })));
  try {
    await giveSocket(options);
    return server;
  } catch (error) {
    void server.stop(true);
    throw error;
  }
}

/**
 * The first one for who names no server, or one that none has the name of; and by its names as the others, or else another's star would go before them.
 * Of two that have the same name the first keeps it.
 */
function bunTls({ identities, hosts, names }: Certificates): readonly BunTlsEntry[] {
  const named = identities.flatMap(({ cert, key }, index) => {
    return hosts[index]!.filter((host) => names.find(host) === index).map((serverName) => ({ cert, key, serverName }));
  });
  const { cert, key } = identities[0]!;
  return [{ cert, key }, ...(identities.length > 1 ? named : [])];
}

function serveBun(
  { keepAliveMs }: LoopListenOptions,
  place: BunPlace,
  tls: readonly BunTlsEntry[] | null,
  local: () => Address,
  accept: (exchange: LoopExchange) => void,
): BunHttpServer {
  const { Bun } = globalThis as typeof globalThis & { readonly Bun: BunServe };
  return Bun.serve({
    ...place,
    idleTimeout: Math.min(LONGEST_IDLE_S, Math.ceil(keepAliveMs / 1000)),
    // Ours holds bodies to their limits, request by request.
    maxRequestBodySize: Number.MAX_SAFE_INTEGER,
    ...(tls !== null && { tls }),
    fetch(request, server) {
      const ip = server.requestIP(request);
      // A handler may take its time: only between two requests a connection is idle.
      server.timeout(request, 0);
      const exchange = new FetchExchange(request, local(), remoteOf(local(), ip?.address, ip?.port), TRAITS);
      accept(exchange);
      return exchange.answer();
    },
    error: () => new (natives().Response)(null, { status: 500 }),
  });
}
