import type { App, Env, FetchHandler, ModuleApp, YieldHandler } from "../contract/app.ts";
import type { Network } from "../contract/network.ts";
import type { Observer } from "../contract/observer.ts";
import type { ListenOptions, TlsIdentity } from "../contract/socket.ts";
import { ConfigError } from "../errors.ts";
import { DEFAULT_LIMITS, type HttpLimits } from "../http/limits.ts";
import type { Platform } from "../io/select.ts";
import { LONGEST_HANDSHAKE_MS } from "../options/units.ts";
import { LONGEST_MS } from "../time_limit.ts";
import type { HarakiriRoute } from "./harakiri.ts";
import type { StaticMap } from "./static_sites.ts";
import type { Timeouts } from "./timeouts.ts";

/** What `serve` takes: the app, where to listen, and the options of `heddle serve`, in camelCase and with their units. */
export interface ServeOptions {
  /** A fetch app. Exactly one of `fetch`, `application`, `module` and `app` is wanted; none where there is `static`. */
  readonly fetch?: FetchHandler;
  /** A yield app. */
  readonly application?: YieldHandler;
  /**
   * An app's module, for the worker engine (`--suspend worker`): each of its threads loads it, and has state of its own. A `file:` URL, such as
   * `import.meta.resolve("./app.ts")`, or an absolute path.
   */
  readonly module?: string | URL;
  /** An app as `loadApp` gives it. */
  readonly app?: App;
  /**
   * Folders whose files are served before the app, the first that has one (`--check-static`, `--static-map`, `--static-map2`). Without an app what is no
   * file is answered with 404.
   *
   * @default none
   */
  readonly static?: readonly StaticMap[];
  /**
   * Static files that may be on their way without a core at once (`--offload`), 0 to 10,000,000: each gives its core back when its head is sent. One more
   * keeps it.
   *
   * @default 10000
   */
  readonly offload?: number;
  /**
   * Where to listen: `HOST:PORT`, `:PORT`, `unix:PATH`, or several (`--http`).
   *
   * @default `${host}:${port}`, or none where `https` is given alone
   */
  readonly http?: string | ListenOptions | ReadonlyArray<string | ListenOptions>;
  /**
   * Where to speak TLS (`--https`): `HOST:PORT`, `:PORT`, or several.
   *
   * @default none
   */
  readonly https?: string | ListenOptions | ReadonlyArray<string | ListenOptions>;
  /**
   * The certificate and its key for `https`, as PEM texts, not paths (`--cert`, `--key`). Of several, a client gets the one that has its server name
   * (SNI) among its DNS names, a whole name before `*.` ones; the first where none has it, or it named none.
   */
  readonly tls?: TlsIdentity | readonly TlsIdentity[];
  /** @default "127.0.0.1" */
  readonly host?: string;
  /**
   * 0 takes a free port.
   *
   * @default 8080
   */
  readonly port?: number;
  /**
   * Cores: requests that run at once (`--async`), 1 to 1,000,000; at most 256 in threads.
   *
   * @default 1000; in threads 4 a processor
   */
  readonly async?: number;
  /**
   * Requests that wait for a core (`--queue`), 0 to 1,000,000.
   *
   * @default 1024
   */
  readonly queue?: number;
  /**
   * How long a request may wait for a core, in milliseconds (`--queue-timeout`); then it gets a 503 with `Retry-After`. 0 for any time.
   *
   * @default 0
   */
  readonly queueTimeoutMs?: number;
  /**
   * Whether a request that finds the wait queue full gets a 503 with `Retry-After`, in place of waiting unread (`--shed`).
   *
   * @default queueTimeoutMs > 0
   */
  readonly shed?: boolean;
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
   * Most bytes that an app may allow the body of one request, by `limitBody` of its context (`--limit-post-max`).
   *
   * @default limitPostBytes
   */
  readonly limitPostMaxBytes?: number | undefined;
  /**
   * Body bytes that are taken in before a request asks for a core (`--post-buffering`).
   *
   * @default 65536
   */
  readonly postBufferingBytes?: number;
  /**
   * Bytes of complete answers that may wait for slow clients, of all connections together, while their cores carry other requests
   * (`--write-buffer`). Past it an answer keeps its core until its client has taken it.
   *
   * @default 67108864
   */
  readonly writeBufferBytes?: number;
  /** The I/O engine (`--io`); the runtime's own if it is left out. */
  readonly io?: string;
  /**
   * The runtime's own HTTP server in place of heddle's sockets (`--loop`): `deno-serve`, `bun-serve` or `node-http`. What it cannot keep of the other
   * options is in `docs/loops.md`.
   *
   * @default none
   */
  readonly loop?: string;
  /** The suspend engine (`--suspend`); the one that fits the app if it is left out. */
  readonly suspend?: string;
  /**
   * How long `close` lets requests run on, in milliseconds (`--reload-mercy`).
   *
   * @default 30000
   */
  readonly reloadMercyMs?: number;
  /**
   * Connections that may be open (`--connections`), 1 to 10,000,000. For one more the one that has waited longest for a request is closed; where
   * all have one, it gets a 503.
   *
   * @default what the limit of open files leaves (see `connectionsBelow`)
   */
  readonly connections?: number;
  /**
   * Requests that one connection may carry (`--keep-alive-requests`); 0 for no limit.
   *
   * @default 0
   */
  readonly keepAliveRequests?: number;
  /**
   * Peers whose word is taken for their clients' address, scheme and host (`--trust-proxy`): IP addresses, blocks of them, or `unix`.
   *
   * @default none
   */
  readonly trustProxy?: readonly (string | Network)[];
  /**
   * The fields that those peers write themselves (`--trust-proxy-field`): `x-forwarded-for`, `x-forwarded-proto`, `x-forwarded-host`, `forwarded`.
   *
   * @default ["x-forwarded-for", "x-forwarded-proto"]
   */
  readonly trustProxyFields?: readonly string[];
  /**
   * Peers that begin each plain connection with a PROXY protocol header, version 1 or 2 (`--proxy-protocol`).
   *
   * @default none
   */
  readonly proxyProtocol?: readonly (string | Network)[];
  /** Limits that differ from `DEFAULT_LIMITS` (`--limit-head` and others). */
  readonly limits?: Partial<HttpLimits>;
  /** Timeouts that differ from `DEFAULT_TIMEOUTS` (`--head-timeout` and others). */
  readonly timeouts?: Partial<Timeouts>;
  /**
   * How long a request may have its core, in milliseconds (`--harakiri`); then it is given up, with a 504 where no head has left. 0 for any time.
   *
   * @default 0
   */
  readonly harakiriMs?: number;
  /** Deadlines of some paths, the first that fits in place of `harakiriMs` (`--harakiri-route`). */
  readonly harakiriRoutes?: readonly HarakiriRoute[];
  /**
   * Cores that may be lost at once, to requests that were given up and have not settled, 0 to 1,000,000 (`--harakiri-lost`); past it `Server.spent` fulfils.
   *
   * @default any number
   */
  readonly harakiriLost?: number;
  /**
   * Whether a thread watches for a handler that blocks the event loop past a deadline of `harakiriMs` or `harakiriRoutes`: it writes which one and, on Node,
   * where, to standard error, and ends the whole process by SIGKILL (status 137). `heddle serve` has it on.
   *
   * @default false
   */
  readonly watchdog?: boolean;
  /** What apps get as `env`; the environment variables if it is left out. */
  readonly env?: Env;
  /** Who hears of requests, errors and warnings; errors and warnings go to the console if it is left out. */
  readonly observer?: Observer;
  /** Sockets and clock from outside, for tests. */
  readonly platform?: Platform;
}

/**
 * The app that the options name.
 *
 * @returns Null for static files alone.
 * @throws {ConfigError} They name none, and no static files either, or several.
 */
export function appOf(options: ServeOptions): App | null {
  const apps: App[] = [];
  if (options.app !== undefined) apps.push(options.app);
  if (options.fetch !== undefined) apps.push({ kind: "fetch", fetch: options.fetch });
  if (options.application !== undefined) apps.push({ kind: "yield", application: options.application });
  if (options.module !== undefined) apps.push(moduleApp(options.module));
  const isStatic = apps.length === 0 && (options.static ?? []).length > 0;
  if (apps.length !== 1 && !isStatic) {
    throw new ConfigError("fetch", `serve() takes one of fetch, application, module and app: ${apps.length} were given`);
  }
  return apps[0] ?? null;
}

function moduleApp(module: string | URL): ModuleApp {
  const text = String(module);
  const path = text.startsWith("file:///") ? decodeURIComponent(new URL(text).pathname) : text;
  if (path.startsWith("/")) return { kind: "module", path, directory: "/" };
  const message = `option module: ${JSON.stringify(text)} is no absolute path and no file: URL; give import.meta.resolve("./app.ts")`;
  throw new ConfigError("module", message);
}

/**
 * How many connections may be open with so many descriptors, if nobody says: an eighth of them, and 32 at least, are left to whatever else
 * the process opens, and to connections that are being closed; but half of them are connections' in any case.
 *
 * @param descriptors Null if it is not known: then 10,000.
 */
export function connectionsBelow(descriptors: number | null): number {
  if (descriptors === null) return 10_000;
  return Math.max(1, descriptors - Math.max(32, descriptors >> 3), descriptors >> 1);
}

type Bounds<Options> = ReadonlyArray<readonly [name: keyof Options & string, least: number, most: number]>;

/** Past a million cores or places the tables alone take hundreds of megabytes. */
const BOUNDS: Bounds<ServeOptions> = [
  ["async", 1, 1_000_000],
  ["queue", 0, 1_000_000],
  ["queueTimeoutMs", 0, LONGEST_MS],
  ["listen", 1, 1_000_000],
  ["sliceMs", 0, 10_000],
  ["limitPostBytes", 0, Number.MAX_SAFE_INTEGER],
  ["limitPostMaxBytes", 0, Number.MAX_SAFE_INTEGER],
  ["postBufferingBytes", 0, 1_073_741_824],
  ["writeBufferBytes", 0, Number.MAX_SAFE_INTEGER],
  ["reloadMercyMs", 0, LONGEST_MS],
  ["harakiriMs", 0, LONGEST_MS],
  ["harakiriLost", 0, 1_000_000],
  ["connections", 1, 10_000_000],
  ["offload", 0, 10_000_000],
  ["keepAliveRequests", 0, 1_000_000_000],
];

const LIMIT_BOUNDS: Bounds<HttpLimits> = [
  ["targetBytes", 64, 1_048_576],
  ["fieldBytes", 64, 1_048_576],
  ["fields", 1, 10_000],
  ["headBytes", 256, 16_777_216],
  ["bodyBytes", 0, Number.MAX_SAFE_INTEGER],
  ["discardBytes", 0, Number.MAX_SAFE_INTEGER],
];

const TIMEOUT_BOUNDS: Bounds<Timeouts> = [
  ["handshakeMs", 1, LONGEST_HANDSHAKE_MS],
  ["firstByteMs", 1, LONGEST_MS],
  ["headMs", 1, LONGEST_MS],
  ["bodyIdleMs", 1, LONGEST_MS],
  ["bodyRate", 0, 1_000_000_000],
  ["bodyRateGraceMs", 0, LONGEST_MS],
  ["keepAliveMs", 1, LONGEST_MS],
  ["writeStallMs", 1, LONGEST_MS],
  ["idleGraceMs", 0, LONGEST_MS],
  ["lingerIdleMs", 1, LONGEST_MS],
  ["lingerMs", 1, LONGEST_MS],
];

/**
 * Holds the options' numbers against their bounds.
 *
 * @throws {ConfigError} One is out of them.
 */
export function checkNumbers(options: ServeOptions): void {
  checkBounds("", options, BOUNDS);
  checkBounds("limits.", options.limits ?? {}, LIMIT_BOUNDS);
  checkBounds("timeouts.", options.timeouts ?? {}, TIMEOUT_BOUNDS);
  for (const route of options.harakiriRoutes ?? []) checkBounds("harakiriRoutes.", route, [["ms", 0, LONGEST_MS]]);
  for (const name of ["shed", "watchdog"] as const) {
    const value = options[name];
    if (value !== undefined && typeof value !== "boolean") {
      throw new ConfigError(name, `option ${name}: ${String(value)} is not true or false`);
    }
  }
  limitsOf(options);
}

/**
 * The limits that the options name. Where the whole head is shorter than a part of it is by default, that part is as long as the whole.
 *
 * @throws {ConfigError} They contradict each other.
 */
export function limitsOf(
  { limits = {}, limitPostBytes, limitPostMaxBytes }: ServeOptions,
): HttpLimits & { readonly bodyMostBytes: number } {
  const { headBytes, bodyBytes } = { ...DEFAULT_LIMITS, ...limits };
  for (const name of ["fieldBytes", "targetBytes"] as const) {
    const bytes = limits[name] ?? 0;
    if (bytes <= headBytes) continue;
    throw new ConfigError(
      `limits.${name}`,
      `option limits.${name}: ${bytes} is more than a whole head may have, limits.headBytes, ${headBytes}: raise that too`,
    );
  }
  const most = limitPostBytes ?? bodyBytes;
  if (limitPostMaxBytes !== undefined && limitPostMaxBytes < most) {
    throw new ConfigError(
      "limitPostMaxBytes",
      `option limitPostMaxBytes: ${limitPostMaxBytes} is less than limitPostBytes, ${most}, which holds for all`,
    );
  }
  return {
    ...DEFAULT_LIMITS,
    fieldBytes: Math.min(DEFAULT_LIMITS.fieldBytes, headBytes),
    targetBytes: Math.min(DEFAULT_LIMITS.targetBytes, headBytes),
    ...limits,
    bodyBytes: most,
    bodyMostBytes: limitPostMaxBytes ?? most,
  };
}

function checkBounds<Options>(prefix: string, options: Partial<Options>, bounds: Bounds<Options>): void {
  for (const [name, least, most] of bounds) {
    const value = options[name];
    if (value === undefined) continue;
    const kind = name === "sliceMs" ? "number" : "whole number";
    if (typeof value !== "number" || !(kind === "number" || Number.isInteger(value)) || !(value >= least && value <= most)) {
      throw new ConfigError(prefix + name, `option ${prefix}${name}: ${String(value)} is not a ${kind} from ${least} to ${most}`);
    }
  }
}
