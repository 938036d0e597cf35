import type { App } from "../contract/app.ts";
import type { LoopEngine } from "../contract/loop.ts";
import type { ListenOptions, Socket, TlsIdentity } from "../contract/socket.ts";
import { type CoresSnapshot, snapshotCores } from "../core/snapshot.ts";
import { ClosedError, ConfigError } from "../errors.ts";
import { ProxiedSocket } from "../io/proxied_socket.ts";
import { type Platform, selectPlatform } from "../io/select.ts";
import { selectLoop } from "../loop/select.ts";
import { loadWorkers, misfits } from "../suspend/select.ts";
import { addressesOf } from "./addresses.ts";
import { Connection } from "./connection.ts";
import { connectionsOf, createContext } from "./create_context.ts";
import { type Drain, drain } from "./drain.ts";
import { identitiesOf, identityFacts, warnOfEnd } from "./identity.ts";
import { type OpenListener, openListeners, urlOf } from "./listener.ts";
import { listenByLoop } from "./loop_listener.ts";
import { loopMisfits } from "./loop_misfits.ts";
import { proxiesOf } from "./proxies.ts";
import type { ServerContext } from "./server_context.ts";
import { appOf, checkNumbers, type ServeOptions } from "./serve_options.ts";
import type { StaticMap, StaticSites } from "./static_sites.ts";
import { type SignalCounts, SIGNALS } from "../signals/signals.ts";
import { ServerSignals } from "./signal_host.ts";
import { Watch } from "./watch.ts";

/** What `Server.stats` gives. */
export interface ServerStats extends CoresSnapshot, SignalCounts {
  /** Open connections. */
  readonly connections: number;
  /** Answers that go on without a core. */
  readonly offloaded: number;
  /** Requests so far that got a 503 by `--shed` or `--queue-timeout`. */
  readonly shedRequests: number;
  /** Requests so far that were past their deadline (uWSGI `harakiri_count`). */
  readonly harakiriCount: number;
  /** Cores whose request was given up and whose handler has not settled; `busy` counts them too. */
  readonly lost: number;
  /** Bytes of complete answers that their clients have not taken. */
  readonly unsentBytes: number;
  /** Milliseconds since it began to listen. */
  readonly uptimeMs: number;
  readonly draining: boolean;
}

/** A running server. */
export interface Server {
  /** Fulfils when it listens; rejects with a `ConfigError` or `BrokenError` if it cannot. */
  readonly ready: Promise<void>;
  /** The first listener's URL. @throws {ClosedError} It does not listen yet: await `ready`. */
  readonly url: string;
  /** All listeners' URLs. */
  readonly urls: readonly string[];
  /** The engines that were chosen, once it is ready; `loop` is null where heddle's own sockets serve. */
  readonly engines: { readonly io: string; readonly loop: string | null; readonly suspend: string };
  /**
   * Fulfils, and says why, once the process should be replaced: more cores are lost than `harakiriLost` allows. It serves on until it is closed; nothing but
   * a new process gives those cores back.
   */
  readonly spent: Promise<string>;
  /** What the cores did and do. @throws {ClosedError} It does not listen yet: await `ready`. */
  stats(): ServerStats;
  /**
   * Gives TLS connections that come from now on other certificates, all of them; those that are open keep theirs.
   *
   * @throws {ConfigError} One is none, its key is another one's, no client would get it, or the server has no `https`; the old ones stay.
   * @throws {ClosedError} It does not listen yet: await `ready`.
   */
  renewCertificate(tls: TlsIdentity | readonly TlsIdentity[]): Promise<void>;
  /**
   * Stops gracefully. A second call with a shorter mercy hastens the first.
   *
   * @returns How many requests were lost.
   */
  close(options?: { readonly mercyMs?: number }): Promise<number>;
}

/**
 * Serves an app on async cores.
 *
 * @example
 * ```ts
 * import { serve } from "heddle";
 *
 * const server = serve({ fetch: () => new Response("Hello, World!"), port: 0, async: 100 });
 * await server.ready;
 * console.log(await (await fetch(server.url)).text());
 * await server.close();
 * ```
 * @throws {ConfigError} An option is wrong; the message names it and the fix.
 */
export function serve(options: ServeOptions): Server {
  const app = appOf(options);
  const addresses = addressesOf(options);
  checkNumbers(options);
  if (options.loop !== undefined) loopMisfits(options.loop, options, addresses);
  return new HeddleServer(options, app, addresses);
}

class HeddleServer implements Server {
  readonly ready: Promise<void>;
  readonly spent: Promise<string>;
  #tellSpent!: (reason: string) => void;
  readonly #mercyMs: number;
  #context: ServerContext | null = null;
  #platform: Platform | null = null;
  #loop: LoopEngine | null = null;
  #listeners: readonly OpenListener[] = [];
  #listeningSince = 0;
  #closing: Drain | null = null;
  readonly #watches: boolean;
  #watch: Watch | null = null;
  #signals: ServerSignals | null = null;
  #unbindSignals = () => {};

  constructor(options: ServeOptions, app: App | null, addresses: readonly ListenOptions[]) {
    this.#mercyMs = options.reloadMercyMs ?? 30_000;
    this.#watches = options.watchdog === true;
    this.spent = new Promise((resolve) => this.#tellSpent = resolve);
    this.ready = this.#start(options, app, addresses);
  }

  async #start(options: ServeOptions, given: App | null, addresses: readonly ListenOptions[]): Promise<void> {
    const loop = options.loop === undefined ? null : await selectLoop(options.loop);
    const platform = options.platform ?? await selectPlatform(options.io);
    const maps = options.static ?? [];
    const sites = maps.length === 0 ? null : await openSites(maps, given !== null, platform);
    const app: App = given ?? { kind: "fetch", fetch: (request) => sites!.refuse(request) };
    const workers = await loadWorkers(app, options.suspend ?? null, platform);
    const server = await createContext(options, {
      app,
      platform,
      proxies: await proxiesOf(options),
      workers,
      sites,
      armed: this.#startWatch,
      spent: this.#tellSpent,
    });
    this.#platform = platform;
    this.#loop = loop;
    this.#context = server;
    for (const tls of new Set(addresses.flatMap(({ tls }) => tls === undefined ? [] : [tls]))) {
      for (const facts of await identityFacts(tls)) warnOfEnd(facts, server);
    }
    if (server.harakiri.hasRules) this.#startWatch();
    await this.#watch?.started;
    try {
      await server.engine.open?.();
      this.#listeners = await openListeners(addresses, (address, secure) => {
        if (loop !== null) return listenByLoop(loop, address, server, connectionsOf(options, platform));
        return platform.engine.listen(address, (socket) => accept(server, socket, secure));
      });
    } catch (error) {
      this.#watch?.end();
      await server.engine.close?.();
      throw error;
    }
    this.#listeningSince = platform.clock.now();
    this.#signals = new ServerSignals(server);
    this.#unbindSignals = SIGNALS.bind(this.#signals);
    const lines = [...misfits(app, server.table.count), ...(loop === null ? [] : loopMisfits(loop.name, options, addresses))];
    for (const line of lines) server.observer.warning?.(line);
  }

  /** With the first deadline: by the options, or else by the first request that asks for one. */
  readonly #startWatch = (): void => {
    const server = this.#context;
    if (!this.#watches || server === null || this.#watch !== null) return;
    this.#watch = new Watch(server, this.#platform?.startThread);
  };

  get url(): string {
    return this.urls[0]!;
  }

  get urls(): readonly string[] {
    if (this.#listeners.length === 0) throw new ClosedError("tell a server's URL: it does not listen yet; await server.ready");
    return this.#listeners.map(urlOf);
  }

  get engines(): Server["engines"] {
    return { io: this.#platform?.engine.name ?? "", loop: this.#loop?.name ?? null, suspend: this.#context?.engine.name ?? "" };
  }

  async renewCertificate(tls: TlsIdentity | readonly TlsIdentity[]): Promise<void> {
    const server = this.#context;
    if (server === null || this.#listeners.length === 0) {
      throw new ClosedError("renew a server's certificate: it does not listen yet; await server.ready");
    }
    const secure = this.#listeners.filter(({ secure }) => secure);
    if (secure.length === 0) throw new ConfigError("https", "renew a server's certificate: it speaks no TLS; give https an address");
    const identities = identitiesOf(tls);
    for (const facts of await identityFacts(identities)) warnOfEnd(facts, server);
    for (const { listener } of secure) await listener.renew(identities);
  }

  stats(): ServerStats {
    const server = this.#context;
    if (server === null) throw new ClosedError("tell a server's statistics: it does not listen yet; await server.ready");
    const now = server.clock.now();
    const { open, offloaded, shedRequests, harakiri, draining, writeBuffer } = server;
    const uptimeMs = now - this.#listeningSince;
    const cores = snapshotCores(server.table, server.pool, now);
    const { count: harakiriCount, lost } = harakiri;
    const unsentBytes = writeBuffer.bytes;
    return {
      ...cores,
      ...SIGNALS.counts,
      connections: open.size,
      offloaded,
      shedRequests,
      harakiriCount,
      lost,
      unsentBytes,
      uptimeMs,
      draining,
    };
  }

  async close(options: { readonly mercyMs?: number } = {}): Promise<number> {
    await this.ready.catch(() => {});
    const server = this.#context;
    if (server === null) return 0;
    const mercyMs = options.mercyMs ?? this.#mercyMs;
    this.#unbindSignals();
    if (this.#closing === null) this.#closing = drain(server, this.#listeners.map(({ listener }) => listener), mercyMs);
    else this.#closing.hasten(mercyMs);
    const lost = await this.#closing.lost;
    await server.engine.close?.();
    server.dates.close();
    if (this.#signals !== null) {
      this.#signals.stop();
      SIGNALS.abandon(this.#signals);
    }
    this.#watch?.end();
    return lost;
  }
}

/** Imported when it is wanted: types of files by their endings are some 10 ms of a start. */
async function openSites(maps: readonly StaticMap[], hasApp: boolean, platform: Platform): Promise<StaticSites> {
  return await (await import("./static_sites.ts")).StaticSites.open(maps, hasApp, platform);
}

function accept(server: ServerContext, accepted: Socket, secure: boolean): void {
  const hasRoom = server.open.admit();
  // A proxy's header comes before the handshake, where nobody looks for it.
  const socket = !secure && server.speaksProxyProtocol?.(accepted.remote) === true ? proxied(server, accepted) : accepted;
  const connection = new Connection(server, socket, secure);
  socket.handler = connection;
  if (!hasRoom) connection.turnAway();
}

function proxied(server: ServerContext, socket: Socket): Socket {
  return new ProxiedSocket(
    socket,
    () => server.observer.refused?.(400, "a connection without a valid PROXY protocol header", socket.remote),
  );
}
