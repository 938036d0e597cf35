import { type ContextHost, createContext } from "../app/context.ts";
import type { App, Env, RequestContext, YieldEnv } from "../contract/app.ts";
import type { CoreContext, CoreTask, Incoming, RequestHost, SuspendEngine } from "../contract/engine.ts";
import type { RequestHead } from "../contract/head.ts";
import type { RequestName } from "../contract/observer.ts";
import type { Address } from "../contract/socket.ts";
import { enterCore } from "../core/current.ts";
import { HarakiriError } from "../errors.ts";
import { cgiEnv } from "../gateway/cgi_env.ts";
import { TEXT_TYPE } from "../http/common_fields.ts";
import { type Forwarded, NOTHING_SAID, readForwarded } from "../http/forwarded.ts";
import { createRequest, type RequestParts } from "../http/request.ts";
import { Answer } from "./answer.ts";
import { authorityOf, type Carrier } from "./carrier.ts";
import type { HarakiriRequest } from "./harakiri.ts";
import type { RequestBody } from "./request_body.ts";
import type { ServerContext } from "./server_context.ts";

/** A first slice that is longer is warned of: a person notices a wait of about 100 ms. */
const BLOCKED_MS = 100;

const IN_JAVASCRIPT = 'give way with "await suspend()" in an async handler, or yield from a function* application(env, startResponse)';

/** What is to be changed in an app that is warned of. */
const WAYS_TO_GIVE_WAY: Readonly<Record<App["kind"], string>> = {
  fetch: IN_JAVASCRIPT,
  yield: IN_JAVASCRIPT,
  module: IN_JAVASCRIPT,
  wasm: "a program gives way where it calls sched_yield(), sleeps, or waits for its client",
};

const OVERLOADED_FIELDS = [["content-type", TEXT_TYPE], ["retry-after", "1"]] as const;
const OVERLOADED = new TextEncoder().encode("too many requests wait already\n");

class Task implements CoreTask {
  /** -1 until it has one. */
  core = -1;
  readonly server: ServerContext;
  request: ActiveRequest | null;
  kept: object | null = null;

  constructor(server: ServerContext, request: ActiveRequest) {
    this.server = server;
    this.request = request;
  }

  get engine(): SuspendEngine {
    return this.server.engine;
  }

  get host(): RequestHost {
    return this.server.host;
  }

  /** Strings of the head would keep all of it (docs/decisions/0008): what is left of a request that is over is its core's row. */
  get requestName(): RequestName | null {
    const { request, core, server } = this;
    return request ?? (server.scheduler.isLatest(this) ? server.table.row(core) : null);
  }
}

/**
 * One request from its head to the end of its answer: what its engine and its app see of it. It is made when the head is in, waits
 * for its core, and gives the core back when the app is done and the socket has taken the last byte, or sooner if the answer is detached.
 */
export class ActiveRequest implements CoreContext, Incoming, RequestParts, ContextHost, RequestName, HarakiriRequest {
  readonly server: ServerContext;
  readonly connection: Carrier;
  readonly head: RequestHead;
  readonly body: RequestBody | null;
  readonly reply: Answer;
  readonly task: Task;
  /** By the clock, when it took its core. */
  startedAt = 0;
  /** By the clock, when its answer was complete; 0 before. */
  endedAt = 0;
  /** Set when the core is given back: its last word on switches. */
  switches = 0;
  #request: Request | null = null;
  #context: RequestContext | null = null;
  #yieldEnv: YieldEnv | null = null;
  /** What the proxy says, once it was asked for. */
  #said: Forwarded | null = null;
  #abort: AbortController | null = null;
  #aborted = false;
  #reason: unknown;
  /** Bytes that the app, or else the server, allows the body. */
  bodyLimit: number;
  #holdsCore = false;
  #lost = false;

  constructor(server: ServerContext, connection: Carrier, head: RequestHead, body: RequestBody | null) {
    this.server = server;
    this.connection = connection;
    this.head = head;
    this.body = body;
    this.task = new Task(server, this);
    this.reply = new Answer(this);
    this.bodyLimit = server.limits.bodyBytes;
  }

  /** Whether it is on a core now. */
  get holdsCore(): boolean {
    return this.#holdsCore;
  }

  get app(): App {
    return this.server.app;
  }

  /** -1 until it has one. */
  get core(): number {
    return this.task.core;
  }

  get env(): Env {
    return this.server.env;
  }

  get scheme(): "http" | "https" {
    return this.#forwarded.scheme ?? this.connection.scheme;
  }

  /** Its target names a scheme that is neither its connection's nor, by a trusted proxy's word, its client's (RFC 9110 section 7.4). */
  get misdirected(): boolean {
    const { targetScheme } = this.head;
    return targetScheme !== null && targetScheme !== this.connection.scheme && targetScheme !== this.scheme;
  }

  /** HTTP/1.0 may name no host: then it is the listener's own. */
  get authority(): string {
    return this.#forwarded.authority ?? (this.head.authority || authorityOf(this.connection.local));
  }

  /** The client's, or the proxy's that nothing is believed of. */
  get remote(): Address {
    return this.#forwarded.address ?? this.connection.remote;
  }

  /** Whether the peer is a trusted proxy is asked once, as what it says is. */
  get #forwarded(): Forwarded {
    const { trust } = this.server;
    return this.#said ??= trust !== null && trust.trusts(this.connection.remote) ? readForwarded(this.head.fields, trust) : NOTHING_SAID;
  }

  get path(): string {
    return this.head.path;
  }

  get method(): string {
    return this.head.method;
  }

  get target(): string {
    return this.head.target;
  }

  get request(): Request {
    return this.#request ??= createRequest(this);
  }

  get context(): RequestContext {
    return this.#context ??= createContext(this);
  }

  get yieldEnv(): YieldEnv {
    return this.#yieldEnv ??= cgiEnv(this);
  }

  get incoming(): Incoming {
    return this;
  }

  get local(): Address {
    return this.connection.local;
  }

  /** Runs the first slice on the core it was given. */
  start(core: number): void {
    const { server, head } = this;
    this.task.core = core;
    this.#holdsCore = true;
    this.startedAt = server.clock.now();
    server.table.begin(core, this.startedAt, head.method, head.target);
    server.harakiri.begin(this);
    server.scheduler.start(this);
    const heldMs = (this.endedAt || server.clock.now()) - this.startedAt;
    if (heldMs > BLOCKED_MS) this.#warnBlocked(heldMs);
  }

  /** Answers in the app's place that there is no core for it. */
  shed(): void {
    this.startedAt = this.server.clock.now();
    this.reply.sendWhole({ status: 503, statusText: "", fields: OVERLOADED_FIELDS }, OVERLOADED);
  }

  #warnBlocked(heldMs: number): void {
    const { server, method, target } = this;
    server.observer.warning?.(
      `${method} ${target} held the event loop for ${Math.round(heldMs)} ms: no other request ran meanwhile; ${
        WAYS_TO_GIVE_WAY[this.app.kind]
      }`,
    );
  }

  /** Too much waits for slow clients already: the core is given back once this one has taken its answer, or has gone. */
  #keepCore(): void {
    const { server, core } = this;
    this.switches = server.table.switches(core);
    // What its client does not take is a write timeout's affair.
    server.harakiri.end(core);
    server.scheduler.sending(this.task);
    this.connection.whenTaken(() => this.releaseCore());
  }

  /** Gives the core back. A second call does nothing. */
  releaseCore(): void {
    if (!this.#holdsCore) return;
    this.#holdsCore = false;
    const { server, core } = this;
    server.harakiri.end(core);
    server.scheduler.finish(this.task);
    this.switches = server.table.switches(core);
    server.pool.release(core);
    server.checkQuiet();
  }

  /** It was given up, and its handler has not settled: its core carries no other one until then. */
  get lost(): boolean {
    return this.#lost;
  }

  /** Harakiri: this request dies, and no other. */
  kill(limitMs: number): void {
    const { server, core, task, reply, remote } = this;
    if (!this.#holdsCore || reply.finished) return;
    const { harakiri, table, observer } = server;
    const busy = harakiri.busyCore(core);
    const outcome = reply.started ? "reset" : reply.closed ? "gone" : "answered";
    harakiri.end(core);
    harakiri.lose(core);
    this.#holdsCore = false;
    this.#lost = true;
    this.switches = busy.switches;
    server.scheduler.finish(task);
    table.move(core, "lose");
    observer.harakiri?.({ ...busy, remote, limitMs, outcome, cores: () => harakiri.busyCores() });
    const reason = new HarakiriError(`serve a request: it was not answered within ${Math.round(limitMs)} ms`);
    this.abort(reason);
    reply.giveUp(reason);
    task.engine.kill(task, reason);
    server.checkQuiet();
  }

  /** Its handler has settled. Does nothing unless it was lost. */
  settle(): void {
    if (!this.#lost) return;
    this.#lost = false;
    this.task.request = null;
    const { server, core } = this;
    server.harakiri.regain(core);
    server.pool.release(core);
    server.checkQuiet();
  }

  /** The answer is complete. */
  finish(): void {
    this.endedAt = this.server.clock.now();
    const { server, connection } = this;
    const isTaken = !this.#holdsCore || !connection.congested || connection.state === "over";
    if (isTaken || server.writeBuffer.take(connection.socket)) this.releaseCore();
    else this.#keepCore();
    if (!this.#lost) this.task.request = null;
  }

  /** The client has gone, or the server has given the request up. */
  get aborted(): boolean {
    return this.#aborted;
  }

  /** Late touches replay what has happened; after the answer's end it aborts no more. */
  signal(): AbortSignal {
    if (this.#abort === null) {
      this.#abort = new AbortController();
      if (this.#aborted) this.#abort.abort(this.#reason);
    }
    return this.#abort.signal;
  }

  /** The client has gone, or the server gives the request up. */
  abort(reason: Error): void {
    if (this.#aborted || this.reply.finished) return;
    this.#aborted = true;
    this.#reason = reason;
    // Whoever tells of it may be a timer, or another request: what listens is this one's code.
    if (this.#abort !== null) enterCore(this.task, () => this.#abort!.abort(reason), null);
  }

  /** Nobody waits for it any more, or what its client sent is refused: who reads its body, hears its signal or writes its answer is told. */
  breakOff(reason: Error): void {
    this.body?.fail(reason);
    this.abort(reason);
    this.reply.clientGone(reason);
  }

  waitUntil(promise: Promise<unknown>): void {
    const { background } = this.server;
    const settled = Promise.resolve(promise).catch((error: unknown) => this.reply.tell(error)).finally(() => background.delete(settled));
    background.add(settled);
  }

  /** The body is known to be longer than it may be. */
  get bodyTooLong(): boolean {
    const { body } = this;
    return body !== null && Math.max(body.length ?? 0, body.received) > this.bodyLimit;
  }

  get bodyMostBytes(): number {
    return this.server.bodyMostBytes;
  }

  limitBody(bytes: number): void {
    this.bodyLimit = bytes;
    this.connection.limited(this);
  }

  harakiri(seconds: number): void {
    if (this.#holdsCore && !this.reply.finished) this.server.harakiri.set(this, seconds * 1000);
  }

  detach(): void {
    this.reply.detach();
  }
}
