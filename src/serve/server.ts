import type { App, Env, FetchHandler, YieldHandler } from "../contract/app.ts";
import type { Clock } from "../contract/clock.ts";
import type { Observer } from "../contract/observer.ts";
import type { Listener, ListenOptions } from "../contract/socket.ts";
import { CorePool } from "../core/pool.ts";
import { CoreScheduler } from "../core/scheduler.ts";
import { type CoresSnapshot, snapshotCores } from "../core/snapshot.ts";
import { createCoreTable } from "../core/table.ts";
import { TimerWheel } from "../core/timer_wheel.ts";
import { ClosedError, ConfigError } from "../errors.ts";
import { DEFAULT_LIMITS, type HttpLimits } from "../http/limits.ts";
import { type Platform, selectPlatform } from "../io/select.ts";
import { parseAddress } from "../options/parse.ts";
import { misfits, selectEngine } from "../suspend/select.ts";
import { Connection } from "./connection.ts";
import { type Drain, drain } from "./drain.ts";
import { openListeners, urlOf } from "./listener.ts";
import { reportToConsole } from "./report.ts";
import type { OpenSocket, ServerContext } from "./server_context.ts";
import { DEFAULT_TIMEOUTS, type Timeouts } from "./timeouts.ts";

/** What `serve` takes: the app, where to listen, and the options of `heddle serve`, in camelCase and with their units. */
export interface ServeOptions {
  /** A fetch app. Exactly one of `fetch`, `application` and `app` is wanted. */
  readonly fetch?: FetchHandler;
  /** A yield app. */
  readonly application?: YieldHandler;
  /** An app as `loadApp` gives it. */
  readonly app?: App;
  /**
   * Where to listen: `HOST:PORT`, `:PORT`, `unix:PATH`, or several (`--http`).
   *
   * @default `${host}:${port}`
   */
  readonly http?: string | ListenOptions | ReadonlyArray<string | ListenOptions>;
  /** @default "127.0.0.1" */
  readonly host?: string;
  /**
   * 0 takes a free port.
   *
   * @default 8080
   */
  readonly port?: number;
  /**
   * Cores: requests that run at once (`--async`), 1 to 1,000,000.
   *
   * @default 1000
   */
  readonly async?: number;
  /**
   * Requests that wait for a core (`--queue`), 0 to 1,000,000.
   *
   * @default 1024
   */
  readonly queue?: number;
  /**
   * The kernel's accept queue (`--listen`).
   *
   * @default 1024
   */
  readonly listen?: number;
  /**
   * Longest run of the run queue before the poller's turn, in milliseconds (`--slice`).
   *
   * @default 2
   */
  readonly sliceMs?: number;
  /**
   * Most bytes of a request's body (`--limit-post`).
   *
   * @default 1048576
   */
  readonly limitPostBytes?: number;
  /**
   * Body bytes that are taken in before a request asks for a core (`--post-buffering`).
   *
   * @default 65536
   */
  readonly postBufferingBytes?: number;
  /** The I/O engine (`--io`); the runtime's own if it is left out. */
  readonly io?: string;
  /** The suspend engine (`--suspend`); the one that fits the app if it is left out. */
  readonly suspend?: string;
  /**
   * How long `close` lets requests run on, in milliseconds (`--reload-mercy`).
   *
   * @default 30000
   */
  readonly reloadMercyMs?: number;
  /** Limits that differ from `DEFAULT_LIMITS`. */
  readonly limits?: Partial<HttpLimits>;
  /** Timeouts that differ from `DEFAULT_TIMEOUTS`. */
  readonly timeouts?: Partial<Timeouts>;
  /** What apps get as `env`; the environment variables if it is left out. */
  readonly env?: Env;
  /** Who hears of requests, errors and warnings; errors and warnings go to the console if it is left out. */
  readonly observer?: Observer;
  /** Sockets and clock from outside, for tests. */
  readonly platform?: Platform;
}

/** What `Server.stats` gives. */
export interface ServerStats extends CoresSnapshot {
  /** Open connections. */
  readonly connections: number;
  /** Answers that go on without a core. */
  readonly offloaded: number;
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
  /** The engines that were chosen, once it is ready. */
  readonly engines: { readonly io: string; readonly suspend: string };
  /** What the cores did and do. @throws {ClosedError} It does not listen yet: await `ready`. */
  stats(): ServerStats;
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
  return new HeddleServer(options, app, addresses);
}

class HeddleServer implements Server {
  readonly ready: Promise<void>;
  readonly #mercyMs: number;
  #context: ServerContext | null = null;
  #platform: Platform | null = null;
  #listeners: readonly Listener[] = [];
  #listeningSince = 0;
  #closing: Drain | null = null;

  constructor(options: ServeOptions, app: App, addresses: readonly ListenOptions[]) {
    this.#mercyMs = options.reloadMercyMs ?? 30_000;
    this.ready = this.#start(options, app, addresses);
  }

  async #start(options: ServeOptions, app: App, addresses: readonly ListenOptions[]): Promise<void> {
    const platform = options.platform ?? await selectPlatform(options.io);
    const server = createContext(options, app, platform);
    this.#platform = platform;
    this.#context = server;
    this.#listeners = await openListeners(platform.engine, addresses, (socket) => {
      socket.handler = new Connection(server, socket);
    });
    this.#listeningSince = platform.clock.now();
    for (const line of misfits(app, server.table.count)) server.observer.warning?.(line);
  }

  get url(): string {
    return this.urls[0]!;
  }

  get urls(): readonly string[] {
    if (this.#listeners.length === 0) throw new ClosedError("tell a server's URL: it does not listen yet; await server.ready");
    return this.#listeners.map(urlOf);
  }

  get engines(): { readonly io: string; readonly suspend: string } {
    return { io: this.#platform?.engine.name ?? "", suspend: this.#context?.engine.name ?? "" };
  }

  stats(): ServerStats {
    const server = this.#context;
    if (server === null) throw new ClosedError("tell a server's statistics: it does not listen yet; await server.ready");
    const now = server.clock.now();
    const { open, offloaded, draining } = server;
    const uptimeMs = now - this.#listeningSince;
    return { ...snapshotCores(server.table, server.pool, now), connections: open.size, offloaded, uptimeMs, draining };
  }

  async close(options: { readonly mercyMs?: number } = {}): Promise<number> {
    await this.ready.catch(() => {});
    const server = this.#context;
    if (server === null) return 0;
    const mercyMs = options.mercyMs ?? this.#mercyMs;
    if (this.#closing === null) this.#closing = drain(server, this.#listeners, mercyMs);
    else this.#closing.hasten(mercyMs);
    return await this.#closing.lost;
  }
}

function createContext(options: ServeOptions, app: App, platform: Platform): ServerContext {
  const { clock } = platform;
  const observer = options.observer ?? reportToConsole;
  const table = createCoreTable(options.async ?? 1000);
  const wheel = new TimerWheel(clock);
  const scheduler = new CoreScheduler({ table, wheel, clock, sliceMs: options.sliceMs ?? 2 });
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const open = new Set<OpenSocket>();
  const pool = new CorePool(table, { queue: options.queue ?? 1024, observer, clock });
  return {
    app,
    engine: selectEngine(app, options.suspend ?? null, scheduler),
    scheduler,
    table,
    pool,
    wheel,
    clock,
    env: options.env ?? platform.env,
    latin1: platform.latin1,
    limits: options.limitPostBytes === undefined ? limits : { ...limits, bodyBytes: options.limitPostBytes },
    timeouts: { ...DEFAULT_TIMEOUTS, ...options.timeouts },
    observer,
    postBufferingBytes: options.postBufferingBytes ?? 65_536,
    date: cachedDate(clock),
    open,
    closed(socket) {
      open.delete(socket);
      this.checkQuiet();
    },
    checkQuiet() {
      if (this.draining && open.size === 0 && pool.busy === 0) this.onQuiet?.();
    },
    background: new Set(),
    draining: false,
    onQuiet: null,
    offloaded: 0,
  };
}

/** IMF-fixdate (RFC 9110 section 5.6.7), which is what `toUTCString` gives; made once a second. */
function cachedDate(clock: Clock): () => string {
  let second = -1;
  let text = "";
  return () => {
    const now = Math.floor(clock.wallTime() / 1000);
    if (now !== second) {
      second = now;
      text = new Date(now * 1000).toUTCString();
    }
    return text;
  };
}

function appOf(options: ServeOptions): App {
  const apps: App[] = [];
  if (options.app !== undefined) apps.push(options.app);
  if (options.fetch !== undefined) apps.push({ kind: "fetch", fetch: options.fetch });
  if (options.application !== undefined) apps.push({ kind: "yield", application: options.application });
  if (apps.length !== 1) throw new ConfigError("fetch", `serve() takes one of fetch, application and app: ${apps.length} were given`);
  return apps[0]!;
}

function addressesOf(options: ServeOptions): readonly ListenOptions[] {
  const { http } = options;
  const given = http === undefined
    ? [`${hostOf(options.host ?? "127.0.0.1")}:${options.port ?? 8080}`]
    : [http].flat() as (string | ListenOptions)[];
  if (given.length === 0) throw new ConfigError("http", "serve() has no address to listen on: give one, or leave http out");
  return given.map((address) => ({ backlog: options.listen ?? 1024, ...(typeof address === "string" ? parseAddress(address) : address) }));
}

function hostOf(host: string): string {
  return host.includes(":") && !host.startsWith("[") ? `[${host}]` : host;
}

/** Bounds of the numbers: past a million cores or places the tables alone take hundreds of megabytes. */
const BOUNDS: ReadonlyArray<readonly [keyof ServeOptions, number, number]> = [
  ["async", 1, 1_000_000],
  ["queue", 0, 1_000_000],
  ["listen", 1, 1_000_000],
  ["sliceMs", 0, 10_000],
  ["limitPostBytes", 0, Number.MAX_SAFE_INTEGER],
  ["postBufferingBytes", 0, 1_073_741_824],
  ["reloadMercyMs", 0, 2_147_483_647],
];

function checkNumbers(options: ServeOptions): void {
  for (const [name, least, most] of BOUNDS) {
    const value = options[name];
    if (value === undefined) continue;
    const whole = name === "sliceMs" || Number.isInteger(value);
    if (typeof value !== "number" || !whole || !(value >= least && value <= most)) {
      throw new ConfigError(
        name,
        `option ${name}: ${String(value)} is not a ${name === "sliceMs" ? "" : "whole "}number from ${least} to ${most}`,
      );
    }
  }
}
