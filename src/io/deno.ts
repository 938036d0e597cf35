import {
  type Address,
  type ConnectOptions,
  DEFAULT_BACKLOG,
  type DescriptorSide,
  type IoEngine,
  type Listener,
  type ListenOptions,
  type ListenTcp,
  type ListenUnix,
  type Socket,
  type TcpAddress,
  type TlsIdentity,
} from "../contract/socket.ts";
import { BrokenError, HeddleError } from "../errors.ts";
import { formatAddress, tcpAddress } from "./address.ts";
import { brokenError, errorCode } from "./broken_error.ts";
import { readCertificates } from "./certificates.ts";
import { DenoSocket } from "./deno_socket.ts";
import type { DenoConn, DenoListener, DenoSockets } from "./deno_types.ts";
import { setDenoUmask } from "./deno_umask.ts";
import type { NodeTls } from "./node_tls.ts";
import type { SecureOptions } from "./node_tls_client.ts";
import { renewing } from "./renewing.ts";
import { withUmask } from "./with_umask.ts";

/** The first and the longest wait after an accept that failed, ms; an accept that works starts over. */
const FIRST_RETRY_MS = 5;
const LONGEST_RETRY_MS = 50;

/** What an accept fails with where its own connection is gone, and no other is the worse for it. */
const GONE: ReadonlySet<string> = new Set(["ENOTCONN", "ECONNABORTED", "ECONNRESET"]);

/**
 * The I/O engine over `Deno.listen` and `Deno.connect`. Needs Deno 2.9.5 or later (earlier ones keep a closed socket open while a
 * write is blocked: deno PR 36369), and the permissions net (TCP), or net, read and write of the path (Unix sockets).
 *
 * @param deno Another one than the runtime's own, for tests. @default globalThis.Deno
 */
export function createDenoEngine(deno: DenoSockets = (globalThis as typeof globalThis & { readonly Deno: DenoSockets }).Deno): IoEngine {
  return new DenoEngine(deno);
}

class DenoEngine implements IoEngine {
  readonly name = "deno";
  readonly givesChunks = false;
  readonly #deno: DenoSockets;

  constructor(deno: DenoSockets) {
    this.#deno = deno;
  }

  async listen(options: ListenOptions, accept: (socket: Socket) => void): Promise<Listener> {
    try {
      if (options.transport === "unix") return await this.#listenUnix(options, accept);
      const backlog = options.backlog ?? DEFAULT_BACKLOG;
      return options.tls === undefined
        ? this.#listenTcp(options, backlog, accept)
        : await this.#listenTls(options, options.tls, backlog, accept);
    } catch (error) {
      throw translate(`listen on ${formatAddress(options)}`, error);
    }
  }

  async connect(options: ConnectOptions): Promise<Socket> {
    const { signal } = options;
    signal?.throwIfAborted();
    const socket = new DenoSocket(await this.#dial(options), true);
    if (signal?.aborted === true) {
      socket.abort();
      throw signal.reason;
    }
    return options.tls === undefined ? socket : await secureDeno(socket, { ...options, tls: options.tls });
  }

  async #dial(options: ConnectOptions): Promise<DenoConn> {
    try {
      if (options.transport === "unix") return await this.#deno.connect({ transport: "unix", path: options.path });
      return await this.#dialTcp(options);
    } catch (error) {
      options.signal?.throwIfAborted();
      throw translate(`connect to ${formatAddress(options)}`, error);
    }
  }

  async #dialTcp({ hostname, port, signal }: TcpAddress & { readonly signal?: AbortSignal }): Promise<DenoConn> {
    if (signal === undefined) return await this.#deno.connect({ hostname, port });
    const off = new AbortController();
    // Deno.connect (2.9.6) asks it once more when the connection stands: of one that has aborted in that turn it throws, and never closes the connection.
    off.signal.throwIfAborted = () => {};
    const abort = () => off.abort();
    signal.addEventListener("abort", abort);
    try {
      return await this.#deno.connect({ hostname, port, signal: off.signal });
    } finally {
      signal.removeEventListener("abort", abort);
    }
  }

  /** By `node:net`: Deno itself opens no descriptor by its number. */
  async adopt(fd: number, side: DescriptorSide): Promise<Socket> {
    return (await import("./node_adopt.ts")).adoptByNode(fd, side);
  }

  /**
   * By `node:tls` above this engine's own sockets, and not by `Deno.listenTls`: a handshake that a client does not go on with cannot be ended there,
   * `close` leaves its descriptor open (2.9.6), and a listener's certificate cannot be changed. See decision 0009 for what it costs.
   */
  async #listenTls(
    options: ListenTcp,
    identities: readonly TlsIdentity[],
    backlog: number,
    accept: (socket: Socket) => void,
  ): Promise<Listener> {
    const [{ NodeTls }, { SocketDuplex }, { HelloSocket }] = await Promise.all([
      import("./node_tls.ts"),
      import("./node_duplex.ts"),
      import("./hello_socket.ts"),
    ]);
    const tls = new NodeTls(await readCertificates(identities), true);
    /** @param serverName Null where the client has said nothing yet. */
    const secure = (socket: DenoSocket, serverName: string | null) => {
      const below = new SocketDuplex(socket);
      const above = tls.accept(below, socket.local, socket.remote, below, serverName ?? "");
      below.plain = (socket) => above.plain(socket);
      if (serverName !== null) below.hold();
      return above;
    };
    const admit = (socket: DenoSocket) => {
      if (tls.hasSeveral) accept(new HelloSocket(socket, (serverName) => secure(socket, serverName)));
      else secure(socket, null).open(accept);
    };
    return this.#listenTcp(options, backlog, admit, tls);
  }

  #listenTcp({ hostname, port }: ListenTcp, backlog: number, accept: (socket: DenoSocket) => void, tls: NodeTls | null = null): Listener {
    const listener = this.#deno.listen({ hostname, port, tcpBacklog: backlog });
    const bound = listener.addr;
    const address = "hostname" in bound ? tcpAddress(bound.hostname, bound.port) : { transport: "tcp" as const, hostname, port };
    return new DenoAcceptor(listener, address, accept, tls);
  }

  /** Deno takes no backlog here (1,024, by tokio), and unlinks whatever lies at the path when the listener closes. */
  async #listenUnix(options: ListenUnix, accept: (socket: Socket) => void): Promise<Listener> {
    const { path, mode } = options;
    const listener = await this.#bindUnix(path, mode);
    try {
      if (options.owner !== undefined) await (await import("./node_socket_owner.ts")).giveSocket(options);
      // Where the umask may not be set.
      else if (mode !== undefined) await this.#deno.chmod(path, mode);
    } catch (error) {
      listener.close();
      throw error;
    }
    return new DenoAcceptor(listener, { transport: "unix", path }, accept, null);
  }

  async #bindUnix(path: string, mode: number | undefined): Promise<DenoListener> {
    try {
      return this.#bindOnce(path, mode);
    } catch (error) {
      if (errorCode(error) !== "EADDRINUSE" || !await this.#isStale(path)) throw error;
    }
    await this.#deno.remove(path);
    return this.#bindOnce(path, mode);
  }

  #bindOnce(path: string, mode: number | undefined): DenoListener {
    return withUmask(mode, (mask) => setDenoUmask(this.#deno, mask), () => this.#deno.listen({ transport: "unix", path }));
  }

  /** Whether there is a socket file on which nobody listens: the one case in which the kernel refuses a connection to it. */
  async #isStale(path: string): Promise<boolean> {
    if ((await this.#deno.lstat(path)).isSocket !== true) return false;
    try {
      (await this.#deno.connect({ transport: "unix", path })).close();
      return false;
    } catch (error) {
      return errorCode(error) === "ECONNREFUSED";
    }
  }
}

/** A client's side of TLS by `node:tls`, as the server's: `Deno.startTls` cannot be held to one protocol version, and its errors have no code. */
async function secureDeno(socket: DenoSocket, options: SecureOptions): Promise<Socket> {
  const [{ secureClient }, { SocketDuplex }] = await Promise.all([import("./node_tls_client.ts"), import("./node_duplex.ts")]);
  const below = new SocketDuplex(socket);
  const secured = secureClient({ below, local: socket.local, remote: socket.remote, gate: below }, options);
  below.hold();
  socket.resume();
  return await secured;
}

/** A listener's accept loop. */
class DenoAcceptor implements Listener {
  readonly address: Address;
  readonly #listener: DenoListener;
  readonly #accept: (socket: DenoSocket) => void;
  readonly #loop: Promise<void>;
  readonly #tls: NodeTls | null;
  #closed = false;

  constructor(listener: DenoListener, address: Address, accept: (socket: DenoSocket) => void, tls: NodeTls | null) {
    this.#listener = listener;
    this.address = address;
    this.#accept = accept;
    this.#tls = tls;
    this.#loop = this.#run();
  }

  renew(identities: readonly TlsIdentity[]): Promise<void> {
    return renewing(this.address, identities, this.#tls);
  }

  close(): Promise<void> {
    if (!this.#closed) this.#listener.close();
    this.#closed = true;
    // The operation that waits to accept holds the address until it has been rejected.
    return this.#loop;
  }

  async #run(): Promise<void> {
    let retryMs = FIRST_RETRY_MS;
    while (!this.#closed) {
      try {
        this.#admit(new DenoSocket(await this.#listener.accept(), false));
        retryMs = FIRST_RETRY_MS;
      } catch (error) {
        // A connection that was reset before its accept: there may be hundreds of them, and the next one is there (deno #10148).
        if (GONE.has(errorCode(error) ?? "")) continue;
        // EMFILE: nobody may end the server by taking its descriptors.
        if (!this.#closed) await delay(retryMs);
        retryMs = Math.min(retryMs * 2, LONGEST_RETRY_MS);
      }
    }
  }

  #admit(socket: DenoSocket): void {
    try {
      this.#accept(socket);
    } catch (error) {
      socket.abort();
      setImmediate(() => {
        throw error;
      });
    }
    socket.start();
  }
}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/**
 * A RangeError or a TypeError without a system's code is a wrong argument, the caller's own bug; an unknown host name is the one
 * network error of Deno 2.9 that has no code.
 */
function translate(attempt: string, error: unknown): unknown {
  if (error instanceof HeddleError) return error;
  if (errorCode(error) !== null || !(error instanceof Error)) return brokenError(attempt, error);
  if (error instanceof RangeError || error instanceof TypeError) return error;
  if (error.message.startsWith("failed to lookup address")) return new BrokenError(`${attempt}: unknown host name`, { cause: error });
  return brokenError(attempt, error);
}
