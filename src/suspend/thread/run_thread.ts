import { loadApp } from "../../app/load.ts";
import type { App } from "../../contract/app.ts";
import type { RequestHost } from "../../contract/engine.ts";
import type { ThreadPort } from "../../contract/app_threads.ts";
import { currentCore } from "../../core/current.ts";
import type { Platform } from "../../io/select.ts";
import { createAsyncEngine } from "../async.ts";
import { createGeneratorEngine } from "../generator.ts";
import { unpackBytes } from "../worker/packed_bytes.ts";
import { packError, unpackError } from "../worker/packed_error.ts";
import type { FromThread, OfRequest, ThreadData, ToThread } from "../worker/protocol.ts";
import { type ThreadContext, ThreadRequest } from "./thread_request.ts";
import { ThreadScheduler } from "./thread_scheduler.ts";

/** What a thread takes of its runtime. */
export type ThreadPlatform = Pick<Platform, "engine" | "clock" | "env">;

/** A thread that serves. */
export interface RunningThread {
  /** Tells of a rejection that nobody handled. */
  rejected(reason: unknown): void;
}

/** Loads a thread's app, tells whether that went well, and serves what comes from then on. */
export async function runThread(port: ThreadPort, data: ThreadData, platform: ThreadPlatform): Promise<RunningThread> {
  let app: App;
  let description: string;
  try {
    ({ app, description } = await loadApp(data.path, data.directory));
  } catch (error) {
    post(port, { type: "unloaded", error: packError(error) });
    return { rejected() {} };
  }
  return startThread(port, app, description, data, platform);
}

/** Serves an app that is loaded. */
export function startThread(
  port: ThreadPort,
  app: App,
  description: string,
  data: Pick<ThreadData, "env" | "sliceMs" | "bodyMostBytes">,
  platform: ThreadPlatform,
): RunningThread {
  const thread = new AppThread(port, app, data, platform);
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
  readonly #clock: ThreadPlatform["clock"];
  #promises = 0;
  /** The last that began: one a time has no answer yet, and what is said to an older one is of no use any more. */
  #request: ThreadRequest | null = null;

  constructor(port: ThreadPort, app: App, data: Pick<ThreadData, "env" | "sliceMs" | "bodyMostBytes">, platform: ThreadPlatform) {
    const scheduler = new ThreadScheduler(platform.clock, data.sliceMs);
    this.#port = port;
    this.#clock = platform.clock;
    this.app = app;
    this.env = data.env ?? platform.env;
    this.bodyMostBytes = data.bodyMostBytes;
    this.engine = app.kind === "yield" ? createGeneratorEngine(scheduler) : createAsyncEngine(scheduler);
    this.host = { io: platform.engine, after: (ms, expired) => scheduler.after(ms, expired) };
  }

  heard(message: ToThread): void {
    if (message.type === "begin") {
      this.#request = new ThreadRequest(message.id, message.request, this);
      this.engine.start(this.#request);
    } else if (this.#request !== null && message.id === this.#request.id) this.#ofRequest(this.#request, message);
  }

  #ofRequest(request: ThreadRequest, message: Exclude<ToThread, { type: "begin" }>): void {
    switch (message.type) {
      case "body":
        request.body?.came(message.chunk === null ? null : unpackBytes(message.chunk));
        break;
      case "bodyFailed":
        request.body?.fail(unpackError(message.error));
        break;
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
    while (!isSo()) {
      const leftMs = end - this.#clock.now();
      if (leftMs <= 0) return false;
      const message = this.#port.waitForMessage(leftMs);
      if (message !== undefined) this.heard(message as ToThread);
    }
    return true;
  }

  nextPromise(): number {
    return this.#promises++;
  }

  rejected(reason: unknown): void {
    const request = currentCore()?.request;
    const error = packError(reason);
    if (request instanceof ThreadRequest) this.post({ type: "told", id: request.id, error });
    else post(this.#port, { type: "rejection", error });
  }
}
