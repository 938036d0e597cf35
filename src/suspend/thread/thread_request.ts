import { type ContextHost, createContext } from "../../app/context.ts";
import type { App, Env, RequestContext, YieldEnv } from "../../contract/app.ts";
import type { BlockingCalls, CoreContext, Incoming, RequestHost, SuspendEngine } from "../../contract/engine.ts";
import type { RequestName } from "../../contract/observer.ts";
import type { Address, ConnectOptions } from "../../contract/socket.ts";
import type { SyncStream } from "../../contract/sync_stream.ts";
import { enterCore } from "../../core/current.ts";
import { cgiEnv } from "../../gateway/cgi_env.ts";
import { createRequest, type RequestParts } from "../../http/request.ts";
import type { OfRequest, PackedRequest, SocketAsk, SocketOutcome } from "../worker/protocol.ts";
import { PackedHead } from "./packed_head.ts";
import { type BodyFetcher, RemoteBody } from "./remote_body.ts";
import { type ReplySender, ThreadReply } from "./thread_reply.ts";
import { connectStanding, type SocketAsker } from "./thread_socket.ts";
import type { CountedTask } from "./thread_scheduler.ts";

/** What all requests of a thread share. */
export interface ThreadContext {
  readonly app: App;
  readonly engine: SuspendEngine;
  readonly host: RequestHost;
  readonly env: Env;
  readonly bodyMostBytes: number;
  post(message: OfRequest, transfer?: readonly ArrayBuffer[]): void;
  /** Asks for a chunk of a request's body. */
  fetch(request: ThreadRequest): void;
  /**
   * Stands still, and hears messages, until something is so.
   *
   * @param timeoutMs Infinity for any time.
   * @returns Whether it is.
   */
  standStill(isSo: () => boolean, timeoutMs: number): boolean;
  /** A number for a promise of `waitUntil`. */
  nextPromise(): number;
  /** A number for a connection. */
  nextSocket(): number;
  /** As of a `SocketAsker`, for a request. */
  ask(id: number, socket: number, what: SocketAsk, signal: AbortSignal | undefined): SocketOutcome | null;
}

class ThreadTask implements CountedTask {
  readonly core: number;
  readonly engine: SuspendEngine;
  readonly host: RequestHost;
  request: ThreadRequest | null;
  kept: object | null = null;
  switches = 0;
  readonly blocking: BlockingCalls;

  constructor(core: number, { engine, host }: ThreadContext, request: ThreadRequest) {
    this.core = core;
    this.engine = engine;
    this.host = host;
    this.request = request;
    this.blocking = request;
  }

  get requestName(): RequestName | null {
    return this.request;
  }
}

/** One request as its thread sees it: all that an app can touch is here, and what it asks of the server goes by messages. */
export class ThreadRequest
  implements CoreContext, BlockingCalls, Incoming, RequestParts, ContextHost, RequestName, BodyFetcher, ReplySender, SocketAsker {
  readonly id: number;
  readonly head: PackedHead;
  readonly body: RemoteBody | null;
  readonly reply: ThreadReply;
  readonly task: ThreadTask;
  readonly #context: ThreadContext;
  readonly #packed: PackedRequest;
  #request: Request | null = null;
  #requestContext: RequestContext | null = null;
  #yieldEnv: YieldEnv | null = null;
  #abort: AbortController | null = null;
  #reason: Error | null = null;
  #turned = false;

  constructor(id: number, packed: PackedRequest, context: ThreadContext) {
    this.id = id;
    this.#packed = packed;
    this.#context = context;
    this.head = new PackedHead(packed);
    this.body = packed.body === null ? null : new RemoteBody(packed.body, this);
    this.task = new ThreadTask(packed.core, context, this);
    this.reply = new ThreadReply(this);
  }

  get app(): App {
    return this.#context.app;
  }

  get env(): Env {
    return this.#context.env;
  }

  get core(): number {
    return this.#packed.core;
  }

  get scheme(): "http" | "https" {
    return this.#packed.scheme;
  }

  get authority(): string {
    return this.#packed.authority;
  }

  get local(): Address {
    return this.#packed.local;
  }

  get remote(): Address {
    return this.#packed.remote;
  }

  get method(): string {
    return this.head.method;
  }

  get target(): string {
    return this.head.target;
  }

  get incoming(): Incoming {
    return this;
  }

  get request(): Request {
    return this.#request ??= createRequest(this);
  }

  get context(): RequestContext {
    return this.#requestContext ??= createContext(this);
  }

  get yieldEnv(): YieldEnv {
    return this.#yieldEnv ??= cgiEnv(this);
  }

  /** Late touches replay what has happened. */
  signal(): AbortSignal {
    if (this.#abort === null) {
      this.#abort = new AbortController();
      if (this.#reason !== null) this.#abort.abort(this.#reason);
    }
    return this.#abort.signal;
  }

  /** The client has gone, or the server gives the request up. */
  abort(reason: Error): void {
    this.#reason = reason;
    if (this.#abort !== null) enterCore(this.task, () => this.#abort!.abort(reason), null);
  }

  post(message: OfRequest, transfer?: readonly ArrayBuffer[]): void {
    this.#context.post(message, transfer);
  }

  takeSwitches(): number {
    const { switches } = this.task;
    this.task.switches = 0;
    return switches;
  }

  read(): void {
    this.#context.fetch(this);
  }

  unread(): void {
    this.post({ type: "unread", id: this.id });
  }

  get bodyMostBytes(): number {
    return this.#context.bodyMostBytes;
  }

  limitBody(bytes: number): void {
    this.post({ type: "limitBody", id: this.id, bytes });
  }

  harakiri(seconds: number): void {
    this.post({ type: "harakiri", id: this.id, seconds });
  }

  detach(): void {
    this.post({ type: "detach", id: this.id });
  }

  /** What `standStill` asked for is over. */
  turn(): void {
    this.#turned = true;
  }

  #wait(ms: number | null): void {
    if (this.reply.closed) {
      // Its core may be another one's by now, and it has no turn.
      if (ms !== null) this.#context.standStill(() => false, ms);
      return;
    }
    this.#turned = false;
    this.post({ type: "standStill", id: this.id, ms });
    // Nobody may want the answer any more: of that a program hears while it stands still.
    this.#context.standStill(() => this.#turned || this.reply.closed, Infinity);
  }

  suspend(): void {
    this.#wait(null);
  }

  sleep(ms: number): void {
    this.#wait(ms);
  }

  waitRead(timeoutMs: number): boolean {
    const { body } = this;
    return body === null || this.#context.standStill(() => body.ready, timeoutMs === 0 ? Infinity : timeoutMs);
  }

  readBody(): Uint8Array | null {
    this.waitRead(0);
    return this.body?.readNow() ?? null;
  }

  takeBody(): Uint8Array | null | undefined {
    const { body } = this;
    if (body === null) return null;
    return body.ready ? body.readNow() : undefined;
  }

  connect(address: ConnectOptions, timeoutMs: number, signal: AbortSignal | undefined): SyncStream {
    return connectStanding(this, address, timeoutMs, signal);
  }

  nextSocket(): number {
    return this.#context.nextSocket();
  }

  ask(socket: number, what: SocketAsk, signal: AbortSignal | undefined): SocketOutcome | null {
    return this.#context.ask(this.id, socket, what, signal);
  }

  leave(socket: number, how: "end" | "close" | "abort"): void {
    this.post({ type: "leave", id: this.id, socket, how });
  }

  standStill(isSo: () => boolean, timeoutMs: number): boolean {
    return this.#context.standStill(isSo, timeoutMs);
  }

  waitUntil(promise: Promise<unknown>): void {
    const { id } = this;
    const number = this.#context.nextPromise();
    this.post({ type: "waitUntil", id, promise: number });
    Promise.resolve(promise).catch((error: unknown) => this.reply.tell(error)).finally(() =>
      this.post({ type: "settled", id, promise: number })
    );
  }
}
