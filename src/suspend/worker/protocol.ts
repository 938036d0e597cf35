/**
 * What the worker engine and its threads say to each other. One thread has at most one request that has not been answered; what a request that
 * was left running still says goes by its number.
 *
 * A request: `begin`, then the thread's `answer`, and, if that streams, its `chunk`s and one of `end` and `failed`; without an `answer` an `end`
 * or `failed` alone. `cancel` takes the rest back, and is answered by `cancelled` where an answer had begun.
 */
import type { GuestFolder, ModuleApp } from "../../contract/app.ts";
import type { FailureStatus } from "../../contract/engine.ts";
import type { Address, ConnectOptions, TlsInfo } from "../../contract/socket.ts";
import type { PackedBytes } from "./packed_bytes.ts";
import type { PackedError } from "./packed_error.ts";

/** An app, as it goes to a thread: a module, which the thread loads, or a program that was compiled for all of them. */
export type PackedApp =
  | ModuleApp
  | { readonly kind: "wasm"; readonly name: string; readonly module: WebAssembly.Module; readonly folders: readonly PackedFolder[] };

/** A folder that a program may read, by its path: each thread opens it for itself. */
export type PackedFolder = Pick<GuestFolder, "name" | "path">;

/** What a thread begins with. */
export interface ThreadData {
  readonly app: PackedApp;
  /** What apps get as `env`; null for the environment variables. */
  readonly env: Readonly<Record<string, string | undefined>> | null;
  /** As `--slice`. */
  readonly sliceMs: number;
  /** As `--limit-post-max`. */
  readonly bodyMostBytes: number;
}

/** A request, as it goes to a thread. */
export interface PackedRequest {
  readonly core: number;
  readonly scheme: "http" | "https";
  readonly authority: string;
  readonly local: Address;
  readonly remote: Address;
  readonly method: string;
  readonly target: string;
  readonly targetScheme: "http" | "https" | null;
  readonly minor: 0 | 1;
  readonly protocol: string;
  readonly headBytes: number;
  readonly path: string;
  readonly expectsContinue: boolean;
  readonly keepAlive: boolean;
  /** Names and values by turns. */
  readonly fields: readonly string[];
  /** Null where there is none. */
  readonly body: PackedBody | null;
}

/** A request's body. */
export interface PackedBody {
  /** Null while it is chunked. */
  readonly length: number | null;
  /** All of it, if it was in; else it is asked for by `read`. */
  readonly whole: PackedBytes | null;
}

/** To the thread. */
export type ToThread =
  | { readonly type: "begin"; readonly id: number; readonly request: PackedRequest }
  /** The chunk that a `read` asked for; null at the end. */
  | { readonly type: "body"; readonly id: number; readonly chunk: PackedBytes | null }
  | { readonly type: "bodyFailed"; readonly id: number; readonly error: PackedError }
  /** What came of an `ask`. */
  | { readonly type: "outcome"; readonly id: number; readonly ask: number; readonly outcome: SocketOutcome }
  /** The request's signal is aborted. */
  | { readonly type: "abort"; readonly id: number; readonly reason: PackedError }
  /** What `standStill` asked for is over. */
  | { readonly type: "turn"; readonly id: number }
  /** So many chunks were taken. */
  | { readonly type: "taken"; readonly id: number; readonly chunks: number }
  /** Nobody wants what is left of the answer. */
  | { readonly type: "cancel"; readonly id: number; readonly reason: PackedError };

/** From the thread. */
export type FromThread =
  /** The app is loaded; the first message. */
  | { readonly type: "ready"; readonly description: string }
  /** It is not, and the thread is of no use. */
  | { readonly type: "unloaded"; readonly error: PackedError }
  | OfRequest
  /** A rejection that nobody handled, of no request. */
  | { readonly type: "rejection"; readonly error: PackedError };

/** From the thread, of one request. */
export type OfRequest =
  | { readonly type: "read"; readonly id: number }
  /** It wants no more of the body. */
  | { readonly type: "unread"; readonly id: number }
  | PackedAnswer
  | { readonly type: "chunk"; readonly id: number; readonly bytes: PackedBytes; readonly switches: number }
  | { readonly type: "end"; readonly id: number; readonly switches: number }
  | { readonly type: "failed"; readonly id: number; readonly error: PackedError; readonly status: FailureStatus; readonly switches: number }
  | { readonly type: "cancelled"; readonly id: number }
  | { readonly type: "told"; readonly id: number; readonly error: PackedError }
  | { readonly type: "logged"; readonly id: number; readonly line: string }
  | { readonly type: "limitBody"; readonly id: number; readonly bytes: number }
  | { readonly type: "harakiri"; readonly id: number; readonly seconds: number }
  | { readonly type: "detach"; readonly id: number }
  /** Its thread stands still until it is its core's turn again, `ms` milliseconds later at least; null for at once. */
  | { readonly type: "standStill"; readonly id: number; readonly ms: number | null }
  /** Something of a connection, by numbers of its thread's own; is answered by `outcome`. */
  | { readonly type: "ask"; readonly id: number; readonly ask: number; readonly socket: number; readonly what: SocketAsk }
  /** A connection is to be ended, or closed. */
  | { readonly type: "leave"; readonly id: number; readonly socket: number; readonly how: "end" | "close" | "abort" }
  /** A promise of `waitUntil`, with a number of its own. */
  | { readonly type: "waitUntil"; readonly id: number; readonly promise: number }
  | { readonly type: "settled"; readonly id: number; readonly promise: number };

/** What a thread that stands still wants of a connection. The times are milliseconds; 0 is no limit. */
export type SocketAsk =
  | { readonly kind: "connect"; readonly address: ConnectOptions; readonly timeoutMs: number }
  | { readonly kind: "read"; readonly timeoutMs: number }
  | { readonly kind: "write"; readonly bytes: PackedBytes; readonly timeoutMs: number };

/** What came of it. */
export type SocketOutcome =
  | { readonly kind: "connected"; readonly local: Address; readonly remote: Address; readonly tls: TlsInfo | null }
  /** Null at the peer's end. */
  | { readonly kind: "read"; readonly bytes: PackedBytes | null }
  | { readonly kind: "written" }
  | { readonly kind: "failed"; readonly error: PackedError };

/** An answer's head, and its body if it is there already. */
export interface PackedAnswer {
  readonly type: "answer";
  readonly id: number;
  readonly status: number;
  readonly statusText: string;
  readonly fields: ReadonlyArray<readonly [string, string]>;
  /** Chunks follow, and `end` or `failed`. */
  readonly streams: boolean;
  readonly body: string | PackedBytes | null;
  /** Since the last message of its request. */
  readonly switches: number;
}

/**
 * Chunks of an answer that a thread may send ahead of its client: one that is sent, and the next ones on their way. A round trip of messages is some 50 us,
 * in which two chunks of 64 KiB leave.
 */
export const CHUNKS_AHEAD = 4;
