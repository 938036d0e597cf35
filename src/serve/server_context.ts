import type { App, Env } from "../contract/app.ts";
import type { CopyBytes, DecodeLatin1 } from "../contract/bytes.ts";
import type { Clock } from "../contract/clock.ts";
import type { SuspendEngine } from "../contract/engine.ts";
import type { Observer } from "../contract/observer.ts";
import { type LinkedQueue, QueueLink } from "../core/linked_queue.ts";
import type { CorePool } from "../core/pool.ts";
import type { CoreScheduler } from "../core/scheduler.ts";
import type { CoreTable } from "../core/table.ts";
import type { TimerWheel } from "../core/timer_wheel.ts";
import type { HttpLimits } from "../http/limits.ts";
import type { Timeouts } from "./timeouts.ts";

/** A client's socket, from its accept to its close; a link of the server's list of them. */
export abstract class OpenSocket extends QueueLink {
  /** Closes it gently if no request is under way. */
  abstract closeIdle(): void;
  /** Resets it. @returns Whether a request was lost. */
  abstract kill(): boolean;
}

/** What all connections of a server share. */
export interface ServerContext {
  readonly app: App;
  readonly engine: SuspendEngine;
  readonly scheduler: CoreScheduler;
  readonly table: CoreTable;
  readonly pool: CorePool;
  readonly wheel: TimerWheel;
  readonly clock: Clock;
  readonly env: Env;
  /** Undefined for the portable way. */
  readonly latin1: DecodeLatin1 | undefined;
  /** The same. */
  readonly copy: CopyBytes | undefined;
  readonly limits: HttpLimits;
  readonly timeouts: Timeouts;
  readonly observer: Observer;
  /** Body bytes that are taken in before a request asks for a core (uWSGI `--post-buffering`). */
  readonly postBufferingBytes: number;
  /** The `date` field's value, made once a second. */
  readonly date: () => string;
  /**
   * What is open: connections, and those that are being closed. A list through them, and no Set: with a connection a request, scavenges on
   * Node 24 took 21 to 33 ms with the Set and 1 in a raw server; V8's chain of outgrown tables is the suspect, not shown to be the cause.
   */
  readonly open: LinkedQueue<OpenSocket>;
  /** A socket of `open` is gone. */
  closed(socket: OpenSocket): void;
  /** A core may have become idle. */
  checkQuiet(): void;
  /** Promises of `waitUntil` that have not settled. */
  readonly background: Set<Promise<unknown>>;
  /** A graceful stop is under way: each answer closes its connection. */
  draining: boolean;
  /** During a stop: called when the last socket is gone and the last core is idle; `drain.ts` sets it. */
  onQuiet: (() => void) | null;
  /** Answers that go on without a core (uWSGI's offload). */
  offloaded: number;
}
