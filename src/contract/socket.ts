/**
 * The port to the network. Every I/O engine (`src/io/{deno,bun,node,memory}.ts`) fills it, and one suite
 * (`tests/conformance/io_suite.ts`) says in code what it promises.
 *
 * Rules for whoever uses a socket:
 * - Sockets are pushed: bytes come to `handler.data`, and are borrowed. They are valid during the call only.
 * - `write` takes ownership of its chunk: do not touch the bytes again before they are no part of `unsent`, which bytes leave in order.
 * - `close` comes exactly once and last, whoever ended the connection. After it every method does nothing.
 * - A handler never throws; an engine that sees one throw aborts that socket and rethrows in a task of its own.
 * - A handler may call any method of its socket from within any of its calls, `abort` and `end` too.
 */

/** Where a socket is bound or connected. */
export type Address = TcpAddress | UnixAddress;

/** An IP endpoint. */
export interface TcpAddress {
  readonly transport: "tcp";
  /** An IP address without brackets, such as `127.0.0.1` or `::1`. */
  readonly hostname: string;
  /** 0 to 65535. */
  readonly port: number;
}

/** A Unix socket; a client's own end has an empty path. */
export interface UnixAddress {
  readonly transport: "unix";
  readonly path: string;
}

/** What a TLS handshake agreed on. */
export interface TlsInfo {
  /** The ALPN protocol, such as `http/1.1`; null if none was agreed on. */
  readonly protocol: string | null;
  /** The server name the client asked for; null if it named none or the runtime does not tell. */
  readonly serverName: string | null;
}

/** A certificate and its private key, each as PEM text. */
export interface TlsIdentity {
  /** The server's own, and behind it those that it was issued by. */
  readonly cert: string;
  readonly key: string;
}

/** A string of which each UTF-16 unit is one byte, 0x00 to 0xFF. */
export type Latin1 = string;

/** One connection. */
export interface Socket {
  readonly local: Address;
  readonly remote: Address;
  /** Null on a plain connection, and during a handshake. */
  readonly tls: TlsInfo | null;
  /** Who gets the events; may be swapped at any time (an upgrade, a gateway). */
  handler: SocketHandler;
  /** Bytes that `write` accepted and the kernel has not taken. */
  readonly unsent: number;
  /**
   * Queues bytes in order; never blocks, never throws.
   *
   * @returns False once `unsent` is past `HIGH_WATER_MARK`: wait for `drain`. The chunk was accepted all the same.
   */
  write(chunk: Uint8Array | Latin1): boolean;
  /** Holds writes back until `uncork`, so that several answers leave in one system call. Does not nest. */
  cork(): void;
  /** Sends what was held back. Does nothing on a socket that is not corked. */
  uncork(): void;
  /** Stops reading: the kernel's buffer fills and the peer's window closes. At most one more chunk may come. */
  pause(): void;
  /** Reads again. */
  resume(): void;
  /** Flushes, then sends FIN. Reading goes on: a half-close. `write` after it does nothing. */
  end(): void;
  /**
   * Flushes, then ends both directions and does not wait for the peer's FIN. What it still sends is answered by RST, which may take from it what it has
   * not read yet: this is for a peer that sends nothing more. The handler's `close` follows in a later task, and maybe one chunk before it.
   */
  close(): void;
  /**
   * Ends both directions at once and drops what is unsent; `close` follows in a later task. Sends RST where the runtime can, but not once
   * our FIN has left: then the kernel still delivers what it has taken.
   */
  abort(): void;
}

/** Who uses a socket. Calls come one after another, never one within another but for `close`'s being deferred. */
export interface SocketHandler {
  /** The TLS handshake is done: before any data, and never on a plain connection. */
  secured?(): void;
  /**
   * In `secured`'s place: the client speaks plain HTTP where TLS is wanted. Where there is no such method, it is aborted.
   *
   * @param socket The connection without TLS. Where it is another one than before, that one tells of nothing more, and this one's handler is to be
   * set before the call returns.
   */
  plain?(socket: Socket): void;
  /** Bytes arrived; borrowed, valid during the call only. Never empty. */
  data(chunk: Uint8Array): void;
  /** `unsent` has come down to 0 after a `write` that returned false. */
  drain(): void;
  /** The peer sent FIN: no more data. Writing still works. Once at most. */
  end(): void;
  /**
   * The socket is gone: exactly once, and last.
   *
   * @param error Null after both directions ended in order or after our own `abort`; else a `BrokenError`.
   */
  close(error: Error | null): void;
}

/** A listening socket. */
export interface Listener {
  /** As bound: the port is the real one where 0 was asked for. */
  readonly address: Address;
  /** Stops accepting; connections already accepted live on. Resolves when the address is free again. A second call does nothing. */
  close(): Promise<void>;
  /**
   * Gives connections that come from now on other certificates; those that are open keep theirs. Before it resolves, some may get either.
   *
   * @throws {TypeError} The listener has no TLS.
   * @throws {BrokenError} The runtime does not take it; the old ones stay.
   */
  renew(identities: readonly TlsIdentity[]): Promise<void>;
}

/** Where to listen. */
export type ListenOptions = (ListenTcp | ListenUnix) & {
  /**
   * Length of the kernel's accept queue (uWSGI `--listen`). Bun.listen takes none, nor does Deno.listen for a Unix socket: listed deviations.
   *
   * @default DEFAULT_BACKLOG
   */
  readonly backlog?: number;
};

/** A TCP address to listen on. */
export interface ListenTcp {
  readonly transport: "tcp";
  /** An IP address or a name, such as `127.0.0.1`, `::`, `localhost`. */
  readonly hostname: string;
  /** 0 asks for a free port. */
  readonly port: number;
  /**
   * Speaks TLS, 1.2 or later, with ALPN `http/1.1`. A socket is accepted before its handshake; what is written meanwhile waits for it.
   *
   * Of several certificates, one at least, a client gets the one that has its server name among its DNS names, a whole name before `*.` ones; the first
   * where none has it, or it named none.
   *
   * @default none
   */
  readonly tls?: readonly TlsIdentity[];
}

/** A Unix socket to listen on. */
export interface ListenUnix {
  readonly transport: "unix";
  /** A stale socket file, on which nobody listens, is replaced; anything else there is an error. */
  readonly path: string;
  /**
   * Permission bits, such as 0o660 (uWSGI `--chmod-socket`), set with the bind; where the umask may not be set, after it: listed deviations.
   *
   * @default what the umask leaves
   */
  readonly mode?: number;
  /**
   * Whom the file is given to after bind (uWSGI `--chown-socket`).
   *
   * @default the process's user and group
   */
  readonly owner?: SocketOwner;
  /** TLS is spoken over TCP alone: Deno has no other. */
  readonly tls?: undefined;
}

/** A user and a group, by their numbers; what is left out stays as it is. */
export interface SocketOwner {
  readonly uid?: number;
  readonly gid?: number;
}

/** Where to connect, and how. */
export type ConnectOptions = (ConnectTcp | ConnectUnix) & {
  /** Calls the attempt off, which is rejected with its reason then. Where an attempt cannot be ended, its socket is closed when it comes: a listed deviation. */
  readonly signal?: AbortSignal;
};

/** A TCP port to connect to. */
export interface ConnectTcp extends TcpAddress {
  /**
   * Speaks TLS, 1.2 or later, as the client. The socket is there once the handshake is done.
   *
   * @default none
   */
  readonly tls?: ConnectTls;
}

/** A Unix socket to connect to. */
export interface ConnectUnix extends UnixAddress {
  /** TLS is spoken over TCP alone. */
  readonly tls?: undefined;
}

/** What a TLS client asks for. Whoever the certificate does not show to be the server is refused; nothing switches that off. */
export interface ConnectTls {
  /**
   * Whom the certificate must be for, and, if it is a name, what is asked for by SNI (RFC 6066 section 3).
   *
   * @default the address's `hostname`
   */
  readonly serverName?: string;
  /**
   * Certificates of those who are trusted to have signed it, as PEM, in place of the runtime's own.
   *
   * @default the runtime's own
   */
  readonly ca?: string;
  /**
   * Protocols offered by ALPN (RFC 7301), the best first; `tls.protocol` is what the server took.
   *
   * @default none
   */
  readonly protocols?: readonly string[];
}

/** A runtime's sockets. */
export interface IoEngine {
  readonly name: "deno" | "bun" | "node" | "memory";
  /** Its chunks are given, and not lent: each is alone in its buffer, and is never touched again. */
  readonly givesChunks: boolean;
  /**
   * Listens, and hands each accepted socket to `accept`, which sets `socket.handler` before it returns; no event comes before that.
   * With no descriptors left (EMFILE) it backs off, at most 50 ms at a time, and goes on.
   *
   * @param options A certificate in it is one, which the caller has seen to: Bun and Deno would say otherwise with the first connection.
   * @throws {UnsupportedError} Several certificates on `node:net` of Deno.
   * @throws {BrokenError} The address is in use, not ours, or not allowed; `cause` is the runtime's error and `message` names the address.
   */
  listen(options: ListenOptions, accept: (socket: Socket) => void): Promise<Listener>;
  /**
   * Connects. The socket is paused until `handler` is set and `resume` is called.
   *
   * @throws {BrokenError} Refused, unreachable, no such file, or no handshake: its certificate is not the server's, or it speaks no TLS.
   * @throws The signal's reason.
   */
  connect(options: ConnectOptions): Promise<Socket>;
  /**
   * Takes an inherited pipe or socket over, paused as `connect` leaves one; the descriptor is closed with it. Left out where there is no such thing.
   *
   * @param fd A number that nobody else uses.
   * @param side Which ways it goes: a pipe has one.
   * @throws {BrokenError} It is no open descriptor of a pipe or stream socket.
   * @throws {UnsupportedError} A pipe on Bun.
   */
  adopt?(fd: number, side: DescriptorSide): Promise<Socket>;
}

/** Which ways a descriptor goes. */
export type DescriptorSide = "read" | "write" | "both";

/** Connections that the kernel holds for a listener until they are accepted; Node's and Deno's own default is 511. */
export const DEFAULT_BACKLOG = 1024;

/**
 * Bytes of `unsent` past which `write` returns false: 64 KiB, four of Node's stream buffers; the most that a client
 * which does not read costs, a connection.
 */
export const HIGH_WATER_MARK = 65_536;
