import type { Clock } from "../contract/clock.ts";
import type { CoreTask, RequestHost, SuspendEngine } from "../contract/engine.ts";
import type { RequestName } from "../contract/observer.ts";
import type { TimerWheel } from "../core/timer_wheel.ts";
import { HarakiriError } from "../errors.ts";
import type { SignalHost } from "../signals/host.ts";
import { createAsyncEngine } from "../suspend/async.ts";
import type { ServerContext } from "./server_context.ts";

/** What signals take of a server. */
export type SignalServer = Pick<ServerContext, "clock" | "wheel" | "scheduler" | "table" | "host" | "background" | "observer">;

/** A run of a signal's handler: it waits as a request does, but takes no core from one. */
class SignalTask implements CoreTask {
  readonly core: number;
  readonly engine: SuspendEngine;
  readonly host: RequestHost;
  readonly request = null;
  readonly requestName: RequestName;
  kept: object | null = null;

  constructor(core: number, signal: number, engine: SuspendEngine, host: RequestHost) {
    this.core = core;
    this.engine = engine;
    this.host = host;
    this.requestName = { method: "SIGNAL", target: String(signal), core };
  }
}

/** A server's cores for signals: as many as run at once, 256 at most, with the numbers behind those of its requests' cores. */
export class ServerSignals implements SignalHost {
  readonly clock: Clock;
  readonly wheel: TimerWheel;
  readonly #server: SignalServer;
  readonly #engine: SuspendEngine;
  /** By core; null where one is free. */
  readonly #tasks: (CoreTask | null)[] = [];

  constructor(server: SignalServer) {
    this.clock = server.clock;
    this.wheel = server.wheel;
    this.#server = server;
    // A yield app's handlers are async functions all the same.
    this.#engine = createAsyncEngine(server.scheduler);
  }

  /** Handlers that run now. */
  get busy(): number {
    return this.#tasks.filter((task) => task !== null).length;
  }

  take(signal: number): CoreTask {
    const free = this.#tasks.indexOf(null);
    const index = free < 0 ? this.#tasks.length : free;
    return this.#tasks[index] = new SignalTask(this.#server.table.count + index, signal, this.#engine, this.#server.host);
  }

  release(task: CoreTask): void {
    this.#tasks[task.core - this.#server.table.count] = null;
  }

  running(over: Promise<void>): void {
    const { background } = this.#server;
    background.add(over);
    void over.finally(() => background.delete(over));
  }

  failed(error: unknown, name: RequestName | null): void {
    this.#server.observer.appError?.(error, name);
  }

  warn(message: string): void {
    this.#server.observer.warning?.(message);
  }

  /** The server has stopped: what handlers still wait for is rejected, so that no sleep of theirs keeps the process. */
  stop(): void {
    const reason = new HarakiriError("run a signal's handler: its server has stopped");
    for (const task of this.#tasks) if (task !== null) this.#engine.kill(task, reason);
  }
}
