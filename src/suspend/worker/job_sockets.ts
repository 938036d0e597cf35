import type { ClockTimer } from "../../contract/clock.ts";
import type { RequestHost } from "../../contract/engine.ts";
import type { Address, Socket } from "../../contract/socket.ts";
import { BrokenError, ClosedError } from "../../errors.ts";
import type { Stream } from "../../io/streams.ts";
import { connectBy } from "../connect.ts";
import { packBytes, unpackBytes } from "./packed_bytes.ts";
import { packError } from "./packed_error.ts";
import type { SocketAsk, SocketOutcome } from "./protocol.ts";

/** Connections that a request may have at once: as many as a program may have files. */
const MOST_SOCKETS = 64;

/** A peer that takes nothing for so long of what was written before the close has its connection reset. */
const FLUSH_MS = 10_000;

/** One of them. */
class Connection {
  /** Calls the attempt off, and aborts what came of it. */
  readonly abort = new AbortController();
  /** Null until it stands. */
  stream: Stream | null = null;
  readonly #host: RequestHost;
  #socket: Socket | null = null;
  #closed = false;
  #timer: ClockTimer | null = null;

  constructor(host: RequestHost) {
    this.#host = host;
  }

  /** Nothing comes or goes any more, and nothing is left to be read. */
  get spent(): boolean {
    return this.#closed && this.stream?.buffered === 0;
  }

  readonly opened = (socket: Socket): () => void => {
    this.#socket = socket;
    return () => {
      this.#closed = true;
      this.#timer?.cancel();
    };
  };

  /** Behind what was written, for as long as the peer takes of it: nobody else will give up on a peer that does not. */
  close(): void {
    if (this.stream === null || this.#socket === null) return this.abort.abort(closedError());
    this.stream.close();
    if (!this.#closed) this.#watch(this.#socket);
  }

  #watch(socket: Socket): void {
    const { unsent } = socket;
    this.#timer = this.#host.after(FLUSH_MS, () => {
      if (unsent > 0 && socket.unsent < unsent) this.#watch(socket);
      else this.abort.abort(closedError());
    });
  }
}

/** The connections that one request's thread has asked for: the sockets are the main thread's, whose loop turns while that thread stands still. */
export class JobSockets {
  readonly #host: RequestHost;
  readonly #connections = new Map<number, Connection>();
  #closed = false;

  constructor(host: RequestHost) {
    this.#host = host;
  }

  /** Does what is asked; never rejects. */
  async ask(socket: number, ask: SocketAsk): Promise<SocketOutcome> {
    try {
      if (ask.kind === "connect") return await this.#connect(socket, ask);
      const stream = this.#connections.get(socket)?.stream ?? null;
      if (stream === null) throw closedError();
      if (ask.kind === "write") {
        await stream.write(unpackBytes(ask.bytes), ask);
        return { kind: "written" };
      }
      const bytes = await stream.read(ask);
      // What a stream gives is its reader's own, but may share its buffer with what comes next.
      return { kind: "read", bytes: bytes === null ? null : packBytes(new Uint8Array(bytes)) };
    } catch (error) {
      return failedOutcome(error);
    }
  }

  async #connect(socket: number, { address, timeoutMs }: SocketAsk & { readonly kind: "connect" }): Promise<SocketOutcome> {
    if (this.#closed) throw closedError();
    if (this.#connections.size >= MOST_SOCKETS) this.#forgetSpent();
    if (this.#connections.size >= MOST_SOCKETS) {
      throw new BrokenError(`connect: this request has ${MOST_SOCKETS} connections already; close some`);
    }
    const connection = new Connection(this.#host);
    this.#connections.set(socket, connection);
    try {
      const { abort: { signal }, opened } = connection;
      const { local, remote, tls } = connection.stream = await connectBy(this.#host, address, timeoutMs, signal, opened);
      return {
        kind: "connected",
        local: copyOf(local),
        remote: copyOf(remote),
        tls: tls && { protocol: tls.protocol, serverName: tls.serverName },
      };
    } catch (error) {
      this.#connections.delete(socket);
      throw error;
    }
  }

  /** An app that connects again and again need not close what its peers have broken. */
  #forgetSpent(): void {
    for (const [socket, { spent }] of this.#connections) if (spent) this.#connections.delete(socket);
  }

  /** Ends, closes or aborts one; of one that is not there, nothing. */
  leave(socket: number, how: "end" | "close" | "abort"): void {
    const connection = this.#connections.get(socket);
    if (connection === undefined) return;
    if (how === "end") return connection.stream?.end();
    this.#connections.delete(socket);
    if (how === "close") connection.close();
    else connection.abort.abort(closedError());
  }

  /** The request is over. */
  closeAll(): void {
    this.#closed = true;
    for (const socket of [...this.#connections.keys()]) this.leave(socket, "close");
  }
}

/** Its own fields alone: on Bun (1.4.5) a Unix socket's is what it was connected by, a signal among it, which cannot be cloned. */
function copyOf(address: Address): Address {
  if (address.transport === "unix") return { transport: "unix", path: address.path };
  return { transport: "tcp", hostname: address.hostname, port: address.port };
}

/** What a thread is told that asks for a request that is over. */
export function overOutcome(): SocketOutcome {
  return failedOutcome(closedError());
}

function failedOutcome(error: unknown): SocketOutcome {
  return { kind: "failed", error: packError(error) };
}

function closedError(): ClosedError {
  return new ClosedError("use a connection: it was closed, or its request is over");
}
