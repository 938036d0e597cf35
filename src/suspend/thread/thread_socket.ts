import type { ConnectOptions } from "../../contract/socket.ts";
import type { SyncStream } from "../../contract/sync_stream.ts";
import type { TimeLimit } from "../../contract/waiting.ts";
import { chunkBytes } from "../../io/chunk_bytes.ts";
import { checkTimeout } from "../../time_limit.ts";
import { packBytes, unpackBytes } from "../worker/packed_bytes.ts";
import { unpackError } from "../worker/packed_error.ts";
import type { SocketAsk, SocketOutcome } from "../worker/protocol.ts";

/** Who asks the main thread. */
export interface SocketAsker {
  /** A number for a connection. */
  nextSocket(): number;
  /** Asks, and stands still until it is told, or until the signal is aborted: then null. */
  ask(socket: number, what: SocketAsk, signal: AbortSignal | undefined): SocketOutcome | null;
  leave(socket: number, how: "end" | "close" | "abort"): void;
}

type Connected = SocketOutcome & { readonly kind: "connected" };

/** Connects as `connectSync` does. */
export function connectStanding(
  asker: SocketAsker,
  address: ConnectOptions,
  timeoutMs: number,
  signal: AbortSignal | undefined,
): SyncStream {
  const socket = asker.nextSocket();
  const line = new Line(asker, socket, signal);
  return new ThreadSocket(line, line.ask({ kind: "connect", address, timeoutMs }) as Connected);
}

/** What is asked of one connection. */
class Line {
  readonly #asker: SocketAsker;
  readonly #socket: number;
  readonly #signal: AbortSignal | undefined;

  constructor(asker: SocketAsker, socket: number, signal: AbortSignal | undefined) {
    this.#asker = asker;
    this.#socket = socket;
    this.#signal = signal;
  }

  /** @throws What has failed. */
  ask(what: SocketAsk): SocketOutcome {
    const outcome = this.#signal?.aborted === true ? null : this.#asker.ask(this.#socket, what, this.#signal);
    if (outcome === null) {
      this.leave("abort");
      throw this.#signal?.reason;
    }
    if (outcome.kind === "failed") throw unpackError(outcome.error);
    return outcome;
  }

  leave(how: "end" | "close" | "abort"): void {
    this.#asker.leave(this.#socket, how);
  }
}

class ThreadSocket implements SyncStream {
  readonly local: SyncStream["local"];
  readonly remote: SyncStream["remote"];
  readonly tls: SyncStream["tls"];
  readonly #line: Line;

  constructor(line: Line, { local, remote, tls }: Connected) {
    this.#line = line;
    this.local = local;
    this.remote = remote;
    this.tls = tls;
  }

  readSync({ timeoutMs = 0 }: TimeLimit = {}): Uint8Array<ArrayBuffer> | null {
    checkTimeout("readSync()", timeoutMs);
    const { bytes } = this.#line.ask({ kind: "read", timeoutMs }) as SocketOutcome & { readonly kind: "read" };
    return bytes === null ? null : unpackBytes(bytes);
  }

  writeSync(chunk: Uint8Array | string, { timeoutMs = 0 }: TimeLimit = {}): void {
    checkTimeout("writeSync()", timeoutMs);
    this.#line.ask({ kind: "write", bytes: packBytes(chunkBytes(chunk)), timeoutMs });
  }

  end(): void {
    this.#line.leave("end");
  }

  close(): void {
    this.#line.leave("close");
  }
}
