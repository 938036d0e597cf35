import type { App, Env } from "../contract/app.ts";
import type { AddressTest } from "../contract/network.ts";
import type { CopyBytes, DecodeLatin1 } from "../contract/bytes.ts";
import type { Clock } from "../contract/clock.ts";
import type { RequestHost, SuspendEngine } from "../contract/engine.ts";
import type { Observer } from "../contract/observer.ts";
import type { CorePool } from "../core/pool.ts";
import type { CoreScheduler } from "../core/scheduler.ts";
import type { CoreTable } from "../core/table.ts";
import type { TimerWheel } from "../core/timer_wheel.ts";
import type { Trust } from "../http/forwarded.ts";
import type { HeadReaders } from "../http/head_readers.ts";
import type { HttpLimits } from "../http/limits.ts";
import type { Connections, OpenSocket } from "./connections.ts";
import type { DateCache } from "./date_cache.ts";
import type { Harakiri } from "./harakiri.ts";
import type { Timeouts } from "./timeouts.ts";
import type { WriteBuffer } from "./write_buffer.ts";

/** What all connections of a server share. */
export interface ServerContext {
  readonly app: App;
  readonly engine: SuspendEngine;
  readonly scheduler: CoreScheduler;
  /** What apps' own sockets are made by. */
  readonly host: RequestHost;
  readonly table: CoreTable;
  readonly pool: CorePool;
  readonly wheel: TimerWheel;
  readonly clock: Clock;
  readonly env: Env;
  /** The runtime's fastest, or the portable one. */
  readonly latin1: DecodeLatin1;
  /** Undefined for the portable way. */
  readonly copy: CopyBytes | undefined;
  /** As the I/O engine's. */
  readonly givesChunks: boolean;
  readonly limits: HttpLimits;
  readonly headReaders: HeadReaders;
  readonly timeouts: Timeouts;
  /** Which proxies are believed, and what (`--trust-proxy`); null for none. */
  readonly trust: Trust | null;
  /** Which peers begin with a PROXY protocol header (`--proxy-protocol`); null for none. */
  readonly speaksProxyProtocol: AddressTest | null;
  readonly observer: Observer;
  /** Body bytes that are taken in before a request asks for a core (uWSGI `--post-buffering`). */
  readonly postBufferingBytes: number;
  /** How long a request may wait for a core; 0 for any time. */
  readonly queueTimeoutMs: number;
  /** What finds the wait queue full gets a 503, and does not wait outside of it. */
  readonly sheds: boolean;
  /** Bytes that an app may allow a body by `limitBody`. */
  readonly bodyMostBytes: number;
  /** What complete answers may leave unsent. */
  readonly writeBuffer: WriteBuffer;
  /** Requests that a connection may carry; 0 for no limit. */
  readonly keepAliveRequests: number;
  readonly harakiri: Harakiri;
  readonly dates: DateCache;
  readonly open: Connections;
  /** A socket of `open` is gone. */
  closed(socket: OpenSocket): void;
  /** A core may have become idle, or lost: nobody waits for what was given up. */
  checkQuiet(): void;
  /** Promises of `waitUntil` that have not settled. */
  readonly background: Set<Promise<unknown>>;
  /** A graceful stop is under way: each answer closes its connection. */
  draining: boolean;
  /** During a stop: called when the last socket is gone and the last core is idle or lost; `drain.ts` sets it. */
  onQuiet: (() => void) | null;
  /** Answers that go on without a core (uWSGI's offload). */
  offloaded: number;
  /** Answers of static files that go on, or may go on, without a core. */
  transfers: number;
  /** As many of them there may be (`--offload`). */
  readonly mostTransfers: number;
  /** Requests that got a 503, as no core was to be had in time. */
  shedRequests: number;
}
