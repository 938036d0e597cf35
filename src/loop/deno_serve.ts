import type { LoopEngine, LoopExchange, LoopListener, LoopListenOptions } from "../contract/loop.ts";
import { BrokenError } from "../errors.ts";
import { formatAddress, tcpAddress } from "../io/address.ts";
import { brokenError } from "../io/broken_error.ts";
import { natives } from "../http/natives.ts";
import { takeDenoFile } from "./deno_file.ts";
import { FetchExchange, type FetchTraits } from "./fetch_exchange.ts";
import { oneIdentity, renewUnsupported } from "./one_identity.ts";
import type { DenoServe } from "./serve_types.ts";

const TRAITS: FetchTraits = {
  failure: new BrokenError("send an answer: it was given up"),
  closeResets: false,
  typesBytes: false,
  namesFiles: false,
  speaksHttp2: true,
  takeFile: takeDenoFile,
};

/** The loop engine over `Deno.serve`; for Deno 2.9 and later. */
export function createDenoServe(): LoopEngine {
  return { name: "deno-serve", givesChunks: true, listen };
}

function listen(options: LoopListenOptions, accept: (exchange: LoopExchange) => void): Promise<LoopListener> {
  const { Deno } = globalThis as typeof globalThis & { readonly Deno: DenoServe };
  const { hostname, port, backlog } = options;
  const identity = oneIdentity("deno-serve", options.tls);
  // Once it shuts down Deno has no way to end its connections: `AbortSignal` of the options gives a BadResource then (2.9.6).
  let killed = () => {};
  const kill = new Promise<void>((resolve) => killed = resolve);
  try {
    const server = Deno.serve(
      {
        hostname,
        port,
        tcpBacklog: backlog,
        ...(identity !== null && { cert: identity.cert, key: identity.key }),
        // What an app sends is what leaves.
        automaticCompression: false,
        onListen() {},
        onError: () => new (natives().Response)(null, { status: 500 }),
      },
      (request, { remoteAddr }) => {
        const exchange = new FetchExchange(request, address, tcpAddress(remoteAddr.hostname, remoteAddr.port), TRAITS);
        accept(exchange);
        return exchange.answer();
      },
    );
    const address = tcpAddress(server.addr.hostname, server.addr.port);
    return Promise.resolve({
      address,
      renew: () => renewUnsupported("deno-serve"),
      close: () => Promise.race([server.shutdown(), kill]),
      kill: killed,
    });
  } catch (error) {
    return Promise.reject(brokenError(`listen on ${formatAddress(options)}`, error));
  }
}
