import type { LoopEngine, LoopExchange, LoopListener, LoopListenOptions } from "../contract/loop.ts";
import { BrokenError } from "../errors.ts";
import { listenAddress, remoteOf, tcpAddress } from "../io/address.ts";
import { listenError } from "../io/broken_error.ts";
import { setDenoUmask } from "../io/deno_umask.ts";
import { giveSocket } from "../io/node_socket_owner.ts";
import { bindingUnix } from "../io/node_unix.ts";
import { withUmask } from "../io/with_umask.ts";
import { natives } from "../http/natives.ts";
import { takeDenoFile } from "./deno_file.ts";
import { FetchExchange, type FetchTraits } from "./fetch_exchange.ts";
import { oneIdentity, renewUnsupported } from "./one_identity.ts";
import type { DenoHttpServer, DenoPlace, DenoServe } from "./serve_types.ts";

const TRAITS: FetchTraits = {
  failure: new BrokenError("send an answer: it was given up"),
  closeResets: false,
  typesBytes: false,
  namesFiles: false,
  losesLength: false,
  speaksHttp2: true,
  takeFile: takeDenoFile,
};

/** The loop engine over `Deno.serve`; for Deno 2.9 and later. */
export function createDenoServe(): LoopEngine {
  return { name: "deno-serve", givesChunks: true, listen };
}

async function listen(options: LoopListenOptions, accept: (exchange: LoopExchange) => void): Promise<LoopListener> {
  const { Deno } = globalThis as typeof globalThis & { readonly Deno: DenoServe };
  const identity = oneIdentity("deno-serve", options.tls);
  let address = listenAddress(options);
  // Once it shuts down Deno has no way to end its connections: `AbortSignal` of the options gives a BadResource then (2.9.6).
  let killed = () => {};
  const kill = new Promise<void>((resolve) => killed = resolve);
  const serve = (place: DenoPlace) =>
    Deno.serve(
      {
        ...place,
        ...(identity !== null && { cert: identity.cert, key: identity.key }),
        // What an app sends is what leaves.
        automaticCompression: false,
        onListen() {},
        onError: () => new (natives().Response)(null, { status: 500 }),
      },
      (request, { remoteAddr }) => {
        const exchange = new FetchExchange(request, address, remoteOf(address, remoteAddr.hostname, remoteAddr.port), TRAITS);
        accept(exchange);
        return exchange.answer();
      },
    );
  try {
    const server = await bind(options, serve);
    const { hostname, port } = server.addr;
    if (hostname !== undefined && port !== undefined) address = tcpAddress(hostname, port);
    return {
      address,
      renew: () => renewUnsupported("deno-serve"),
      close: () => Promise.race([server.shutdown(), kill]),
      kill: killed,
    };
  } catch (error) {
    throw listenError(options, error);
  }
}

async function bind(options: LoopListenOptions, serve: (place: DenoPlace) => DenoHttpServer): Promise<DenoHttpServer> {
  if (options.transport === "tcp") return serve({ hostname: options.hostname, port: options.port, tcpBacklog: options.backlog });
  const { Deno } = globalThis as typeof globalThis & { readonly Deno: DenoServe };
  const { path, mode } = options;
  const server = await bindingUnix(path, () => withUmask(mode, (mask) => setDenoUmask(Deno, mask), () => serve({ path })));
  try {
    await giveSocket(options);
    return server;
  } catch (error) {
    // Its file is there until then.
    await server.shutdown();
    throw error;
  }
}
