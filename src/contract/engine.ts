/**
 * The port between the scheduler and a suspend engine: how a running request gives up control and gets it back.
 * `tests/conformance/engine_suite.ts` says in code what an engine promises.
 *
 * One request's life: `start` runs the first slice. The app gives way by `suspend` or `sleep` (or, in the generator engine, by a
 * yield); the engine tells the scheduler, which later calls `resume`, one slice a call. The engine ends the request by
 * exactly one of `reply.respond`, `reply.end` and `reply.fail`.
 */
import type { App, Env, RequestContext, YieldEnv } from "./app.ts";
import type { BodySource } from "./body.ts";
import type { HarakiriError } from "../errors.ts";
import type { ClockTimer } from "./clock.ts";
import type { RequestHead } from "./head.ts";
import type { RequestName } from "./observer.ts";
import type { Address, ConnectOptions, IoEngine } from "./socket.ts";
import type { SyncStream } from "./sync_stream.ts";
import type { RegisteredWait, Woken } from "./waiting.ts";

/**
 * A request's flow of control: what gives way, sleeps and is resumed. It outlives the request where the app left something running, and
 * is small because Deno keeps it for longer still (`core/current.ts`).
 */
export interface CoreTask {
  /** The core's number, from 0. */
  readonly core: number;
  /** Who runs it. */
  readonly engine: SuspendEngine;
  /** Whose network and time its calls use. */
  readonly host: RequestHost;
  /** Null once it is over: the answer is complete and the core given back. */
  readonly request: CoreContext | null;
  /**
   * Which request it is, for a log. Once that is over it is told for as long as its core has begun no other one, with the first bytes of
   * method and target, as the core's row has them; then null.
   */
  readonly requestName: RequestName | null;
  /**
   * What its engine keeps of it, and nobody else touches; null at first. A WeakMap of the engine's would do, but V8 collects one slowly: with
   * a Set a request it was 6 of 25 us a request that sleeps (Node 24).
   */
  kept: object | null;
  /** Left out where others share its thread. */
  readonly blocking?: BlockingCalls;
}

/** Calls that hold up their thread, which no other request has; only threads of the worker engine have them. */
export interface BlockingCalls {
  /** Stands still until it is this core's turn again. */
  suspend(): void;
  /** Stands still for at least `ms` milliseconds. */
  sleep(ms: number): void;
  /**
   * Stands still until the request's body has bytes, its end or an error to give.
   *
   * @param timeoutMs 0 is no limit.
   * @returns Whether it has.
   */
  waitRead(timeoutMs: number): boolean;
  /** The body's next chunk, null at its end; stands still until it is there. @throws What the body's reads reject with. */
  readBody(): Uint8Array | null;
  /** As `readBody`, but undefined, without a wait, where the chunk has not come; then it is asked for. */
  takeBody(): Uint8Array | null | undefined;
  /**
   * Connects, and stands still until it is.
   *
   * @param timeoutMs 0 is no limit.
   * @param signal Ends the connection, and whatever stands still for it.
   * @throws {BrokenError} It could not be connected, or not in time.
   */
  connect(address: ConnectOptions, timeoutMs: number, signal: AbortSignal | undefined): SyncStream;
  /**
   * Stands still, and hears what the server says of the request, until something is so.
   *
   * @param timeoutMs Infinity for any time.
   * @returns Whether it is.
   */
  standStill(isSo: () => boolean, timeoutMs: number): boolean;
}

/** What the calls of an app take from the server that runs it; outside of any, the runtime's own stand in. */
export interface RequestHost {
  readonly io: IoEngine;
  /** Calls back once, at least `delayMs` later. */
  after(delayMs: number, expired: () => void): ClockTimer;
}

/** One request on its core, as its suspend engine sees it. */
export interface CoreContext {
  readonly task: CoreTask;
  readonly app: App;
  /** For fetch apps; made on first touch. */
  readonly request: Request;
  readonly env: Env;
  readonly context: RequestContext;
  /** For yield apps; made on first touch. */
  readonly yieldEnv: YieldEnv;
  /** What all of these are made of, for an engine whose apps run elsewhere. */
  readonly incoming: Incoming;
  readonly reply: Reply;
}

/** Who failed: the app, a program behind the server, or the server for want of room. */
export type FailureStatus = 500 | 502 | 503;

/** A request as it came. */
export interface Incoming {
  readonly head: RequestHead;
  readonly scheme: "http" | "https";
  /** Of the URL: `host` or `host:port`. */
  readonly authority: string;
  readonly local: Address;
  readonly remote: Address;
  /** Null where the head announces none. */
  readonly body: BodySource | null;
}

/** An answer that was taken apart. */
export interface AnswerParts {
  /** 200 to 599; 101 too on Bun and Deno. */
  readonly status: number;
  /** Empty where the app gave none. */
  readonly statusText: string;
  /** Names in lower case, sorted (but on Bun `set-cookie` comes last); each `set-cookie` apart. */
  readonly fields: Iterable<readonly [string, string]>;
  /** A string leaves as UTF-8. A stream is neither locked nor disturbed: take its reader before anything else can. */
  readonly body: string | Uint8Array | ReadableStream<Uint8Array> | null;
}

/** Fields of an answer that is given again and again, always with the same status and the same body: its writer makes their bytes once. */
export interface RepeatedFields extends Iterable<readonly [string, string]> {
  /** What the writer keeps of it, and nobody else touches; null at first. */
  kept: object | null;
}

/** Where a request's answer goes. After the answer's end, or once the client has gone, every call is taken and dropped. */
export interface Reply {
  /** The client has gone or the answer is complete: more output is of no use. */
  readonly closed: boolean;
  /** Called once, if the client goes, or the request is given up, before the answer's end; null for nobody. */
  onGone: ((reason: Error) => void) | null;
  /** A fetch app's whole answer; the engine is done with the request. */
  respond(response: Response): void;
  /** As `respond`, with an answer that was taken apart elsewhere. */
  send(parts: AnswerParts): void;
  /**
   * A yield app's head; held back until the first `write` or `end`, so that head and first chunk leave together.
   *
   * @throws {TypeError} The status or a field is not valid in HTTP, or a head was sent already.
   */
  start(status: number, statusText: string, fields: ReadonlyArray<readonly [string, string]>): void;
  /**
   * A yield app's chunk.
   *
   * @param more It may wait for the next one, or for `flush`, so that they leave in one write. @default false
   * @returns False if the core should wait until `drained` calls back; then nothing waits for more.
   */
  write(chunk: string | Uint8Array, more?: boolean): boolean;
  /** Sends what waits for more. */
  flush(): void;
  /** Calls back once: when the socket takes more, or at once if it does or the client has gone. */
  drained(callback: () => void): void;
  /** A yield app's end. */
  end(): void;
  /**
   * The app threw: a 500 without its stack if no head has left, else the connection is ended short of the body. Logged as `tell` does, once the
   * client has gone too.
   *
   * @param status In place of 500. @default 500
   */
  fail(error: unknown, status?: FailureStatus): void;
  /** Logs a line that a program wrote to its standard error. */
  log(line: string): void;
  /**
   * Logs what the app threw or rejected where that costs the answer nothing: in a stream's `cancel`, in a generator's `finally`. Once the client
   * has gone, or the request's signal was aborted, that signal's reason, what its body's reads reject with (`BrokenError`, `ClosedError`,
   * `ProtocolError`) and an `AbortError` say no more than that, and are not logged; any other error is.
   */
  tell(error: unknown): void;
}

/** A way to suspend and resume requests. */
export interface SuspendEngine {
  /** As `--suspend` names it. */
  readonly name: SuspendEngineName;
  /** What it may take to end a request that was given up, in milliseconds. @default 100, for a handler that is told of it */
  readonly settleMs?: number;
  /** Whether it can run this app. */
  accepts(app: App): boolean;
  /** Runs the first slice. Never throws: what the app throws goes to `reply.fail`. */
  start(request: CoreContext): void;
  /** Runs the next slice; called by the run queue, once for each `ready`. Never throws. */
  resume(task: CoreTask): void;
  /** Registers what the task's next `suspend` waits for; one of the same target and side is taken back for it. */
  register(task: CoreTask, wait: RegisteredWait): void;
  /** Gives way to the other cores; fulfils in this task's next slice. What is registered stays so: this is for heddle's own use. */
  giveWay(task: CoreTask): Promise<void>;
  /**
   * Gives way to the other cores; fulfils in this task's next slice, or, where something was registered, in a slice of its after the first of that is
   * ready, has failed or is out of time. The others are called off then.
   */
  suspend(task: CoreTask): Promise<Woken>;
  /** Gives way for at least `ms` milliseconds; fulfils in a slice of this task's. */
  sleep(task: CoreTask, ms: number): Promise<void>;
  /**
   * The request is past its deadline: what it waits for is rejected, and it is not resumed again. Once its handler has settled the engine ends it as
   * any other, by `reply.respond`, `reply.end` or `reply.fail`, which sends nothing and gives the core back.
   */
  kill(task: CoreTask, reason: HarakiriError): void;
  /**
   * Makes ready what its requests need; called before the server listens. @default nothing is needed
   *
   * @throws {ConfigError} (as a rejection) The app cannot be loaded.
   */
  open?(): Promise<void>;
  /** Lets go of what it has, at once; no request comes any more. @default it has nothing */
  close?(): Promise<void>;
}

/** The engines of this version. */
export type SuspendEngineName = "async" | "generator" | "worker" | "wasm";

/**
 * What an engine asks of the scheduler; `core/scheduler.ts` fills it. A request that was answered, and goes on in the background, is
 * served as before, but moves no core.
 */
export interface Scheduler {
  /** Puts the core at the tail of the run queue, if it is not in it, and counts a switch; the scheduler will call `engine.resume`. */
  ready(task: CoreTask): void;
  /** The core sleeps; `wake` is called once, at least `ms` later, unless it is called off. */
  sleep(task: CoreTask, ms: number, wake: () => void): ClockTimer;
  /** A timer that says nothing of its core: of a wait. */
  after(ms: number, expired: () => void): ClockTimer;
  /**
   * Asks whether the chunk that a task is about to send, and be `ready` after, may wait for more: if so, `reply.flush` is called before the
   * sockets have a turn. Not while slices are long, for it would be late by one.
   */
  hold(task: CoreTask): boolean;
  /** The core waits for its client to take bytes; `ready` ends it. */
  sending(task: CoreTask): void;
  /** Counts switches that the core's request has done elsewhere: in a thread. */
  switched(task: CoreTask, switches: number): void;
}
