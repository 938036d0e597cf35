import type { App } from "../contract/app.ts";
import type { LoopEngine } from "../contract/loop.ts";
import type { ListenOptions, Socket, TlsIdentity } from "../contract/socket.ts";
import { CorePool } from "../core/pool.ts";
import { CoreScheduler } from "../core/scheduler.ts";
import { type CoresSnapshot, snapshotCores } from "../core/snapshot.ts";
import { createCoreTable } from "../core/table.ts";
import { TimerWheel } from "../core/timer_wheel.ts";
import { ClosedError, ConfigError, HarakiriError } from "../errors.ts";
import { HeadReaders } from "../http/head_readers.ts";
import { decodeLatin1 } from "../http/latin1.ts";
import { ProxiedSocket } from "../io/proxied_socket.ts";
import { type Platform, selectPlatform } from "../io/select.ts";
import { selectLoop } from "../loop/select.ts";
import { coresOf, loadWorkers, misfits, selectEngine, type Workers } from "../suspend/select.ts";
import { addressesOf } from "./addresses.ts";
import { Connection } from "./connection.ts";
import { Connections } from "./connections.ts";
import { DateCache } from "./date_cache.ts";
import { type Drain, drain } from "./drain.ts";
import { Harakiri } from "./harakiri.ts";
import { identitiesOf, identityFacts, warnOfEnd } from "./identity.ts";
import { type OpenListener, openListeners, urlOf } from "./listener.ts";
import { listenByLoop } from "./loop_listener.ts";
import { loopMisfits } from "./loop_misfits.ts";
import { type Proxies, proxiesOf } from "./proxies.ts";
import { reportToConsole } from "./report.ts";
import type { ServerContext } from "./server_context.ts";
import { appOf, checkNumbers, connectionsBelow, limitsOf, type ServeOptions } from "./serve_options.ts";
import { DEFAULT_TIMEOUTS } from "./timeouts.ts";
import { StaticEngine } from "./static_engine.ts";
import type { StaticMap, StaticSites } from "./static_sites.ts";
import { StaticTroubles } from "./static_troubles.ts";
import { type SignalCounts, SIGNALS } from "../signals/signals.ts";
import { ServerSignals } from "./signal_host.ts";
import { Watch } from "./watch.ts";
import { WriteBuffer } from "./write_buffer.ts";

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
  if (options.loop !== undefined) loopMisfits(options.loop, options);
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
  #watch: Watch | null = null;
  #signals: ServerSignals | null = null;
  #unbindSignals = () => {};

  constructor(options: ServeOptions, app: App | null, addresses: readonly ListenOptions[]) {
    this.#mercyMs = options.reloadMercyMs ?? 30_000;
    this.spent = new Promise((resolve) => this.#tellSpent = resolve);
    this.ready = this.#start(options, app, addresses);
  }

  async #start(options: ServeOptions, given: App | null, addresses: readonly ListenOptions[]): Promise<void> {
    const loop = options.loop === undefined ? null : await selectLoop(options.loop);
    const platform = options.platform ?? await selectPlatform(options.io);
    const maps = options.static ?? [];
    const sites = maps.length === 0 ? null : await openSites(maps, given !== null, platform);
    const app: App = given ?? { kind: "fetch", fetch: (request) => sites!.refuse(request) };
    const workers = await loadWorkers(app, platform);
    const server = await createContext(options, app, platform, await proxiesOf(options), workers, sites, this.#tellSpent);
    this.#platform = platform;
    this.#loop = loop;
    this.#context = server;
    for (const tls of new Set(addresses.flatMap(({ tls }) => tls === undefined ? [] : [tls]))) {
      for (const facts of await identityFacts(tls)) warnOfEnd(facts, server);
    }
    if (options.watchdog === true && server.harakiri.hasRules) this.#watch = new Watch(server, platform.startThread);
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
    const lines = [...misfits(app, server.table.count), ...(loop === null ? [] : loopMisfits(loop.name, options))];
    for (const line of lines) server.observer.warning?.(line);
  }

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
    this.#signals?.stop();
    this.#watch?.end();
    return lost;
  }
}

async function createContext(
  options: ServeOptions,
  app: App,
  platform: Platform,
  proxies: Proxies,
  workers: Workers | null,
  sites: StaticSites | null,
  spent: (reason: string) => void,
): Promise<ServerContext> {
  const { clock } = platform;
  const observer = options.observer ?? reportToConsole;
  const table = createCoreTable(coresOf(options.async, workers));
  const wheel = new TimerWheel(clock);
  const sliceMs = options.sliceMs ?? 2;
  const scheduler = new CoreScheduler({ table, wheel, clock, sliceMs });
  const { bodyMostBytes, ...limits } = limitsOf(options);
  const latin1 = platform.latin1 ?? decodeLatin1;
  const open = new Connections(connectionsOf(options, platform), observer, clock);
  const pool = new CorePool(table, { queue: options.queue ?? 1024, observer, clock });
  const engine = await selectEngine(app, options.suspend ?? null, scheduler, clock, workers, {
    most: table.count,
    env: options.env ?? null,
    sliceMs,
    bodyMostBytes,
    held: (isHeld) => table.isHeld = isHeld,
    tell: (error) => observer.appError?.(error, null),
  });
  const troubles = new StaticTroubles(observer, clock);
  const context: ServerContext = {
    app,
    engine: sites === null ? engine : new StaticEngine(engine, { sites, scheduler, table, troubles }),
    host: { io: platform.engine, after: (ms, expired) => scheduler.after(ms, expired) },
    scheduler,
    table,
    pool,
    wheel,
    clock,
    env: options.env ?? platform.env,
    latin1,
    copy: platform.copy,
    givesChunks: platform.engine.givesChunks,
    limits,
    headReaders: new HeadReaders(limits, latin1),
    ...proxies,
    timeouts: { ...DEFAULT_TIMEOUTS, ...options.timeouts },
    observer,
    postBufferingBytes: options.postBufferingBytes ?? 65_536,
    queueTimeoutMs: options.queueTimeoutMs ?? 0,
    sheds: options.shed ?? (options.queueTimeoutMs ?? 0) > 0,
    bodyMostBytes,
    writeBuffer: new WriteBuffer(options.writeBufferBytes ?? 67_108_864),
    keepAliveRequests: options.keepAliveRequests ?? 0,
    harakiri: new Harakiri(
      { ms: options.harakiriMs ?? 0, routes: options.harakiriRoutes ?? [], mostLost: options.harakiriLost ?? Infinity },
      table,
      wheel,
      clock,
      {
        first: () => ignoreGivenUp(platform),
        spent(lost) {
          const reason = `${lost} cores of ${table.count} are lost, more than --harakiri-lost ${options.harakiriLost} allows`;
          observer.warning?.(`${reason}: their requests were given up and have not settled; this process should be replaced`);
          spent(reason);
        },
      },
    ),
    dates: new DateCache(clock),
    open,
    closed(socket) {
      open.remove(socket);
      socket.taken();
      this.checkQuiet();
    },
    checkQuiet() {
      if (this.draining && open.size === 0 && pool.busy === this.harakiri.lost) this.onQuiet?.();
    },
    background: new Set(),
    draining: false,
    onQuiet: null,
    offloaded: 0,
    transfers: 0,
    mostTransfers: options.offload ?? 10_000,
    shedRequests: 0,
  };
  return context;
}

/** Imported when it is wanted: types of files by their endings are some 10 ms of a start. */
async function openSites(maps: readonly StaticMap[], hasApp: boolean, platform: Platform): Promise<StaticSites> {
  return await (await import("./static_sites.ts")).StaticSites.open(maps, hasApp, platform);
}

function connectionsOf({ connections }: ServeOptions, { descriptorLimit }: Platform): number {
  return connections ?? connectionsBelow(descriptorLimit ?? null);
}

let ignoresGivenUp = false;

/** A branch of an app's that nobody awaits, of a request that was given up, must not end the process. Once for all servers in it. */
function ignoreGivenUp({ ignoreRejections }: Platform): void {
  if (ignoresGivenUp || ignoreRejections === undefined) return;
  ignoresGivenUp = true;
  ignoreRejections((reason) => reason instanceof HarakiriError);
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
