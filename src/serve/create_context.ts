import type { App } from "../contract/app.ts";
import { CorePool } from "../core/pool.ts";
import { CoreScheduler } from "../core/scheduler.ts";
import { createCoreTable } from "../core/table.ts";
import { TimerWheel } from "../core/timer_wheel.ts";
import { HarakiriError } from "../errors.ts";
import { HeadReaders } from "../http/head_readers.ts";
import { decodeLatin1 } from "../http/latin1.ts";
import type { Platform } from "../io/select.ts";
import { coresOf, selectEngine, type Workers } from "../suspend/select.ts";
import { Connections } from "./connections.ts";
import { DateCache } from "./date_cache.ts";
import { Harakiri } from "./harakiri.ts";
import type { Proxies } from "./proxies.ts";
import { reportToConsole } from "./report.ts";
import { connectionsBelow, limitsOf, type ServeOptions } from "./serve_options.ts";
import type { ServerContext } from "./server_context.ts";
import { StaticEngine } from "./static_engine.ts";
import type { StaticSites } from "./static_sites.ts";
import { StaticTroubles } from "./static_troubles.ts";
import { DEFAULT_TIMEOUTS } from "./timeouts.ts";
import { WriteBuffer } from "./write_buffer.ts";

/** What a context is made of, besides the options. */
export interface ContextParts {
  readonly app: App;
  readonly platform: Platform;
  readonly proxies: Proxies;
  /** Null where the app needs no threads. */
  readonly workers: Workers | null;
  /** Null where no folder is served. */
  readonly sites: StaticSites | null;
  /** The first deadline of a request has been set. */
  armed(): void;
  /** The process should be replaced; says why. */
  spent(reason: string): void;
}

/** Makes all that the parts of a server share, by its options and their defaults. */
export async function createContext(options: ServeOptions, parts: ContextParts): Promise<ServerContext> {
  const { app, platform, proxies, workers, sites } = parts;
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
      {
        ms: options.harakiriMs ?? 0,
        routes: options.harakiriRoutes ?? [],
        mostLost: options.harakiriLost ?? Infinity,
        settleMs: engine.settleMs ?? 100,
      },
      table,
      wheel,
      clock,
      {
        armed: () => parts.armed(),
        first: () => ignoreGivenUp(platform),
        spent(lost) {
          const reason = `${lost} cores of ${table.count} are lost, more than --harakiri-lost ${options.harakiriLost} allows`;
          observer.warning?.(`${reason}: their requests were given up and have not settled; this process should be replaced`);
          parts.spent(reason);
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

/** Connections that may be open. */
export function connectionsOf({ connections }: ServeOptions, { descriptorLimit }: Platform): number {
  return connections ?? connectionsBelow(descriptorLimit ?? null);
}

let ignoresGivenUp = false;

/** A branch of an app's that nobody awaits, of a request that was given up, must not end the process. Once for all servers in it. */
function ignoreGivenUp({ ignoreRejections }: Platform): void {
  if (ignoresGivenUp || ignoreRejections === undefined) return;
  ignoresGivenUp = true;
  ignoreRejections((reason) => reason instanceof HarakiriError);
}
