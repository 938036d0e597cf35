import type { LoopEngine, LoopExchange, LoopListener, LoopListenOptions } from "../contract/loop.ts";
import { formatAddress, tcpAddress } from "../io/address.ts";
import { brokenError } from "../io/broken_error.ts";
import { natives } from "../http/natives.ts";
import { takeBunFile } from "./bun_file.ts";
import { FetchExchange, type FetchTraits } from "./fetch_exchange.ts";
import { oneIdentity, renewUnsupported } from "./one_identity.ts";
import type { BunServe } from "./serve_types.ts";

/** Bun takes no longer one (1.4.5). */
const LONGEST_IDLE_S = 255;

const TRAITS: FetchTraits = {
  // Any other one it prints on standard error (1.4.5).
  failure: undefined,
  closeResets: true,
  typesBytes: true,
  // A PDF's or an archive's would be `filename="9"`, of the descriptor (1.4.5).
  namesFiles: true,
  speaksHttp2: false,
  takeFile: takeBunFile,
};

/** The loop engine over `Bun.serve`; for Bun 1.4.5 and later. */
export function createBunServe(): LoopEngine {
  return { name: "bun-serve", givesChunks: false, listen };
}

function listen(options: LoopListenOptions, accept: (exchange: LoopExchange) => void): Promise<LoopListener> {
  const { Bun } = globalThis as typeof globalThis & { readonly Bun: BunServe };
  const { hostname, port, keepAliveMs } = options;
  const identity = oneIdentity("bun-serve", options.tls);
  try {
    const server = Bun.serve({
      hostname,
      port,
      idleTimeout: Math.min(LONGEST_IDLE_S, Math.ceil(keepAliveMs / 1000)),
      // Ours holds bodies to their limits, request by request.
      maxRequestBodySize: Number.MAX_SAFE_INTEGER,
      ...(identity !== null && { tls: { cert: identity.cert, key: identity.key } }),
      fetch(request, server) {
        const ip = server.requestIP(request);
        // A handler may take its time: only between two requests a connection is idle.
        server.timeout(request, 0);
        const exchange = new FetchExchange(request, address, tcpAddress(ip?.address ?? "", ip?.port ?? 0), TRAITS);
        accept(exchange);
        return exchange.answer();
      },
      error: () => new (natives().Response)(null, { status: 500 }),
    });
    const address = tcpAddress(hostname, server.port ?? port);
    return Promise.resolve({
      address,
      renew: () => renewUnsupported("bun-serve"),
      close: () => server.stop(),
      kill: () => void server.stop(true),
    });
  } catch (error) {
    return Promise.reject(brokenError(`listen on ${formatAddress(options)}`, error));
  }
}
