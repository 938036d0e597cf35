import { loadApp, type LoadedApp } from "../../app/load.ts";
import type { App } from "../../contract/app.ts";
import type { ThreadPort } from "../../contract/app_threads.ts";
import type { Clock } from "../../contract/clock.ts";
import type { RequestHost, Scheduler, SuspendEngine } from "../../contract/engine.ts";
import type { HostFolder } from "../../contract/files.ts";
import { currentCore, outsideRequests } from "../../core/current.ts";
import type { Platform } from "../../io/select.ts";
import { createAsyncEngine } from "../async.ts";
import { createGeneratorEngine } from "../generator.ts";
import { unpackBytes } from "../worker/packed_bytes.ts";
import { packError, unpackError } from "../worker/packed_error.ts";
import type { FromThread, OfRequest, PackedApp, SocketAsk, SocketOutcome, ThreadData, ToThread } from "../worker/protocol.ts";
import type { RemoteBody } from "./remote_body.ts";
import { type ThreadContext, ThreadRequest } from "./thread_request.ts";
import { ThreadScheduler } from "./thread_scheduler.ts";

/** What a thread takes of its runtime. */
export interface ThreadPlatform extends Pick<Platform, "engine" | "clock" | "env"> {
  /** Opens a folder whose calls stand still. @throws What the system says (as a rejection). */
  openFolder(path: string): Promise<HostFolder>;
}

/** Who runs the requests of a thread. */
type CreateEngine = (scheduler: Scheduler, clock: Clock) => SuspendEngine;

/** A thread that serves. */
export interface RunningThread {
  /** Tells of a rejection that nobody handled. */
  rejected(reason: unknown): void;
}

/** Loads a thread's app, tells whether that went well, and serves what comes from then on. */
export async function runThread(port: ThreadPort, data: ThreadData, platform: ThreadPlatform): Promise<RunningThread> {
  let app: App;
  let description: string;
  let createEngine: CreateEngine;
  try {
    ({ app, description } = await openApp(data.app, platform));
    createEngine = await engineOf(app);
  } catch (error) {
    post(port, { type: "unloaded", error: packError(error) });
    return { rejected() {} };
  }
  return startThread(port, app, description, createEngine, data, platform);
}

async function openApp(app: PackedApp, { openFolder }: ThreadPlatform): Promise<LoadedApp> {
  if (app.kind === "module") return await loadApp(app.path, app.directory);
  const { name, module } = app;
  const folders = await Promise.all(app.folders.map(async ({ name, path }) => ({ name, path, folder: await openFolder(path) })));
  return { app: { kind: "wasm", program: { name, module, folders } }, description: "WASI program" };
}

/** The engine that runs an app in a thread. */
async function engineOf({ kind }: App): Promise<CreateEngine> {
  if (kind === "wasm") return (await import("../wasm/standing_engine.ts")).createStandingWasmEngine;
  return kind === "yield" ? createGeneratorEngine : createAsyncEngine;
}

/** Serves an app that is loaded. */
export function startThread(
  port: ThreadPort,
  app: App,
  description: string,
  createEngine: CreateEngine,
  data: Pick<ThreadData, "env" | "sliceMs" | "bodyMostBytes">,
  platform: Omit<ThreadPlatform, "openFolder">,
): RunningThread {
  const thread = new AppThread(port, app, createEngine, data, platform);
  port.listen((message) => thread.heard(message as ToThread));
  post(port, { type: "ready", description });
  return thread;
}

function post(port: ThreadPort, message: FromThread, transfer: readonly ArrayBuffer[] = []): void {
  port.post(message, transfer);
}

class AppThread implements RunningThread, ThreadContext {
  readonly app: App;
  readonly env: ThreadContext["env"];
  readonly bodyMostBytes: number;
  readonly engine: ThreadContext["engine"];
  readonly host: RequestHost;
  readonly #port: ThreadPort;
  readonly #clock: Clock;
  #promises = 0;
  #sockets = 0;
  #asks = 0;
  /** What was asked of connections, and what has come of it. */
  readonly #asked = new Map<number, SocketOutcome | null>();
  /** The last that began: one a time has no answer yet, and what is said to an older one is of no use any more, but for chunks of its body. */
  #request: ThreadRequest | null = null;
  /** Those that wait for a chunk. */
  readonly #fetching = new Map<number, ThreadRequest>();
  /** Calls that stand still: one, or more within each other where what is heard meanwhile runs code of the app's. */
  #standing = 0;
  /** What came meanwhile, and is heard once the loop turns. */
  readonly #held: ToThread[] = [];

  constructor(
    port: ThreadPort,
    app: App,
    createEngine: CreateEngine,
    data: Pick<ThreadData, "env" | "sliceMs" | "bodyMostBytes">,
    platform: Omit<ThreadPlatform, "openFolder">,
  ) {
    const scheduler = new ThreadScheduler(platform.clock, data.sliceMs);
    this.#port = port;
    this.#clock = platform.clock;
    this.app = app;
    this.env = data.env ?? platform.env;
    this.bodyMostBytes = data.bodyMostBytes;
    this.engine = createEngine(scheduler, platform.clock);
    this.host = { io: platform.engine, after: (ms, expired) => scheduler.after(ms, expired) };
  }

  /** A message, while the loop turns. */
  heard(message: ToThread): void {
    this.#hearHeld();
    this.#hear(message);
  }

  readonly #hearHeld = (): void => {
    while (this.#held.length > 0) this.#hear(this.#held.shift()!);
  };

  #hear(message: ToThread): void {
    switch (message.type) {
      case "begin":
        this.#request = new ThreadRequest(message.id, message.request, this);
        this.engine.start(this.#request);
        break;
      case "body":
        this.#fetched(message.id)?.came(message.chunk === null ? null : unpackBytes(message.chunk));
        break;
      case "bodyFailed":
        this.#fetched(message.id)?.fail(unpackError(message.error));
        break;
      case "outcome":
        // Unless a signal has called it off.
        if (this.#asked.has(message.ask)) this.#asked.set(message.ask, message.outcome);
        break;
      default:
        if (this.#request !== null && message.id === this.#request.id) this.#ofRequest(this.#request, message);
    }
  }

  fetch(request: ThreadRequest): void {
    this.#fetching.set(request.id, request);
    this.post({ type: "read", id: request.id });
  }

  #fetched(id: number): RemoteBody | null {
    const request = this.#fetching.get(id);
    this.#fetching.delete(id);
    return request?.body ?? null;
  }

  #ofRequest(request: ThreadRequest, message: Exclude<ToThread, { type: "begin" | "body" | "bodyFailed" | "outcome" }>): void {
    switch (message.type) {
      case "abort":
        request.abort(unpackError(message.reason));
        break;
      case "turn":
        request.turn();
        break;
      case "taken":
        request.reply.taken(message.chunks);
        break;
      case "cancel":
        request.reply.cancel(unpackError(message.reason));
        // Whatever the app does about it: this thread's loop turns.
        this.post({ type: "cancelled", id: request.id });
        break;
    }
  }

  post(message: OfRequest, transfer: readonly ArrayBuffer[] = []): void {
    post(this.#port, message, transfer);
  }

  standStill(isSo: () => boolean, timeoutMs: number): boolean {
    const end = this.#clock.now() + timeoutMs;
    this.#standing++;
    try {
      while (!isSo()) {
        const leftMs = end - this.#clock.now();
        if (leftMs <= 0) return false;
        const message = this.#port.waitForMessage(leftMs);
        if (message !== undefined) this.#heardStanding(message as ToThread);
      }
      return true;
    } finally {
      if (--this.#standing === 0 && this.#held.length > 0) outsideRequests(() => this.#clock.nextTurn(this.#hearHeld));
    }
  }

  /**
   * What another request begins by waits: its code would run within this one's. So does the end of a stream, which says that the loop turns; but a program
   * ends by it, and says so by its end.
   */
  #heardStanding(message: ToThread): void {
    const { type, id } = message;
    const request = this.#request;
    if (type === "body" || type === "bodyFailed" || type === "outcome") this.#hear(message);
    else if (id !== request?.id) this.#held.push(message);
    else if (type !== "cancel") this.#hear(message);
    else if (this.app.kind === "wasm") request.reply.cancel(unpackError(message.reason));
    else this.#held.push(message);
  }

  nextPromise(): number {
    return this.#promises++;
  }

  nextSocket(): number {
    return this.#sockets++;
  }

  ask(id: number, socket: number, what: SocketAsk, signal: AbortSignal | undefined): SocketOutcome | null {
    const ask = this.#asks++;
    this.#asked.set(ask, null);
    try {
      this.post({ type: "ask", id, ask, socket, what }, what.kind === "write" ? [what.bytes.buffer] : []);
      this.standStill(() => this.#asked.get(ask) !== null || signal?.aborted === true, Infinity);
      return this.#asked.get(ask) ?? null;
    } finally {
      this.#asked.delete(ask);
    }
  }

  rejected(reason: unknown): void {
    const request = currentCore()?.request;
    const error = packError(reason);
    if (request instanceof ThreadRequest) this.post({ type: "told", id: request.id, error });
    else post(this.#port, { type: "rejection", error });
  }
}
