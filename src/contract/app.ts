/** What heddle runs: a user's module, once `app/load.ts` has found out what it is. */
import type { HostFolder } from "./files.ts";
import type { Address } from "./socket.ts";

/** Environment variables as an app sees them: frozen, each read when it is touched. */
export type Env = Readonly<Record<string, string | undefined>>;

/** What a fetch app gets as its third argument. A superset of the `ExecutionContext` that Hono and Workers apps know. */
export interface RequestContext {
  /** The core that carries this request, from 0 (uWSGI `uwsgi.core`). */
  readonly core: number;
  /** The client's address. */
  readonly remote: Address;
  /** Aborted when the client goes before its answer was complete, or the server gives the request up; the same object as `request.signal`. */
  readonly signal: AbortSignal;
  /** Lets a promise outlive the answer; a graceful stop waits for it, within the mercy. A rejection is logged. */
  waitUntil(promise: Promise<unknown>): void;
  /**
   * Sets how long the body of this request may be, in place of `--limit-post`. Where it is longer, or turns out to be, the client gets a 413 and
   * reads are rejected with a `ProtocolError`. Until it is called a body that its length says to be longer is not read.
   *
   * @param bytes Up to `--limit-post-max`.
   * @throws {RangeError} `bytes` is not a whole number, or more than that.
   */
  limitBody(bytes: number): void;
  /**
   * Sets when this request is given up, in place of `--harakiri`, counted from now (uWSGI `set_user_harakiri`): its signal is aborted with a
   * `HarakiriError`, its client gets a 504 or, where a head has left, a reset. Does nothing once the answer is complete.
   *
   * @param seconds Up to 24 days, with a fraction; 0 for no deadline.
   * @throws {RangeError} `seconds` is no such number.
   */
  harakiri(seconds: number): void;
  /** Gives the core back when the head of the answer is sent: the body goes on without one, as event streams do by themselves. */
  detach(): void;
  /** There for Workers' sake; does nothing. */
  passThroughOnException(): void;
  /** There for Workers' sake; empty. */
  readonly props: Readonly<Record<string, never>>;
}

/** A standard fetch handler. */
export type FetchHandler = (request: Request, env: Env, context: RequestContext) => Response | Promise<Response>;

/** What a yield app's chunk may be; a string goes out as UTF-8. */
export type YieldChunk = string | Uint8Array;

/** Tells status and fields, once, before the first non-empty chunk (PEP 3333). `status` is `"200 OK"`. */
export type StartResponse = (status: string, fields: ReadonlyArray<readonly [string, string]>) => void;

/**
 * CGI variables and heddle's own, as PEP 3333's environ has them; `wsgi.input` is the body, with `read()` and as an async iterable of chunks. Of uWSGI's
 * `uwsgi.core`, and the calls `x-wsgiorg.fdevent.readable` and `.writable`, which take a target and seconds as `waitRead` and `waitWrite` do; after a
 * yield that waited `uwsgi.ready_fd` is the target, and `x-wsgiorg.fdevent.timeout` true if it timed out, null else.
 */
export type YieldEnv = Record<string, unknown>;

/** uWSGI's kind of app: each chunk is one slice, after which the core gives way. */
export type YieldHandler = (
  env: YieldEnv,
  startResponse: StartResponse,
) => Iterable<YieldChunk> | AsyncIterable<YieldChunk> | Promise<Iterable<YieldChunk> | AsyncIterable<YieldChunk>>;

/** A WASI preview 1 program, which is run anew for each request as a CGI script is (RFC 3875). */
export interface WasmProgram {
  /** Its `argv[0]`; messages have it too. */
  readonly name: string;
  /** Compiled once. Its memory's bound is in it: a WASI program has a memory of its own. */
  readonly module: WebAssembly.Module;
  /** What it may read of the host's files. */
  readonly folders: readonly GuestFolder[];
}

/** A folder that a program may read (`--wasm-dir`). */
export interface GuestFolder {
  /** The name by which the program knows it, such as `/data`. */
  readonly name: string;
  /** The host's path, by which a thread opens it for itself. */
  readonly path: string;
  readonly folder: HostFolder;
}

/** An app, with what it was taken for. */
export type App =
  | { readonly kind: "fetch"; readonly fetch: FetchHandler }
  | { readonly kind: "yield"; readonly application: YieldHandler }
  | WasmApp
  | ModuleApp;

/** An app that is a program. */
export interface WasmApp {
  readonly kind: "wasm";
  readonly program: WasmProgram;
}

/** An app's module that is not loaded here: each thread of the worker engine loads it, and has state of its own. */
export interface ModuleApp {
  readonly kind: "module";
  /** The file's path, absolute or from `directory`. */
  readonly path: string;
  readonly directory: string;
}
