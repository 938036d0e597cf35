import type {
  Address,
  ConnectOptions,
  IoEngine,
  Listener,
  ListenOptions,
  ListenTcp,
  ListenUnix,
  Socket,
  TlsIdentity,
} from "../contract/socket.ts";
import { BrokenError, UnsupportedError } from "../errors.ts";
import { formatAddress, tcpAddress, UNNAMED } from "./address.ts";
import { brokenError, errorCode } from "./broken_error.ts";
import { type BunHandler, type BunNative, createHandler } from "./bun_handler.ts";
import { BunSocket } from "./bun_socket.ts";
import { readCertificates } from "./certificates.ts";
import { BunTls } from "./bun_tls.ts";
import type { BunSocketListener, BunSockets } from "./bun_types.ts";
import { descriptorLimit, isPipe } from "./node_descriptors.ts";
import { giveSocket } from "./node_socket_owner.ts";
import { setUmask } from "./node_umask.ts";
import { runtimeDisplayName } from "./runtime.ts";
import { renewing } from "./renewing.ts";
import { withUmask } from "./with_umask.ts";

/**
 * Descriptors kept from clients. At the process's limit Bun 1.4 asks the kernel for the waiting connection again and again, at 80 %
 * of a CPU, and tells nobody (bun PR 32705); so a connection that would take one of the last is reset at once. Fewer than the 32
 * that a server keeps by counting its connections (`connectionsBelow`): this is for descriptors that it does not count.
 */
const RESERVED_DESCRIPTORS = 16;

/** The I/O engine over `Bun.listen` and `Bun.connect`; for Bun 1.4.5 and later. */
export function createBunEngine(): IoEngine {
  const { Bun } = globalThis as typeof globalThis & { readonly Bun: BunSockets };
  return new BunEngine(Bun);
}

class BunEngine implements IoEngine {
  readonly name = "bun";
  /** Bun.listen makes a new buffer for each, as long as it is (1.4.5; a test holds it to that). */
  readonly givesChunks = true;
  readonly #bun: BunSockets;

  constructor(bun: BunSockets) {
    this.#bun = bun;
  }

  async listen(options: ListenOptions, accept: (socket: Socket) => void): Promise<Listener> {
    const tls = options.tls === undefined ? null : await BunTls.open(await readCertificates(options.tls));
    const acceptor = new BunAcceptor(accept, (descriptorLimit({}) ?? Infinity) - RESERVED_DESCRIPTORS, tls);
    if (options.transport === "tcp") acceptor.start(this.#listenTcp(options, acceptor), options);
    else {
      acceptor.start(await this.#listenUnix(options, acceptor), options);
      await giveSocket(options).catch((error: unknown) => acceptor.close().then(() => Promise.reject(error)));
    }
    return acceptor;
  }

  async connect(options: ConnectOptions): Promise<Socket> {
    // By `node:tls`, as on the other runtimes: one meaning of its options, and the same errors.
    if (options.tls !== undefined) return await (await import("./node.ts")).createNodeEngine().connect(options);
    const { signal } = options;
    signal?.throwIfAborted();
    const socket = openingHandler(options);
    try {
      const native = options.transport === "tcp"
        ? await this.#bun.connect({ hostname: options.hostname, port: options.port, allowHalfOpen: true, socket })
        : await this.#bun.connect({ unix: options.path, allowHalfOpen: true, socket });
      // Set by the handler: Bun calls `open` before the promise is fulfilled.
      const opened = native.data as BunSocket;
      if (signal?.aborted !== true) return opened;
      opened.abort();
    } catch (error) {
      signal?.throwIfAborted();
      throw translate(`connect to ${formatAddress(options)}`, error);
    }
    throw signal.reason;
  }

  async adopt(fd: number): Promise<Socket> {
    const attempt = `adopt descriptor ${fd}`;
    if (isPipe(fd, attempt)) {
      const runtime = runtimeDisplayName();
      const way = `give it a socket, or wait for peekable(Bun.file(${fd}).stream())`;
      throw new UnsupportedError(runtime, `${attempt}: ${runtime} cannot take a pipe over; ${way}`);
    }
    try {
      return (await this.#bun.connect({ fd, allowHalfOpen: true, socket: openingHandler(UNNAMED) })).data as BunSocket;
    } catch (error) {
      throw translate(attempt, error);
    }
  }

  #listenTcp({ hostname, port }: ListenTcp, acceptor: BunAcceptor): BunSocketListener {
    const attempt = `listen on ${formatAddress({ transport: "tcp", hostname, port })}`;
    try {
      return this.#bun.listen({ hostname, port, allowHalfOpen: true, socket: acceptor.handler });
    } catch (error) {
      const translated = translate(attempt, error);
      // The one error of Bun 1.4's listen that has no code.
      throw translated instanceof BrokenError && errorCode(error) === null
        ? new BrokenError(`${attempt}: unknown host name`, { cause: error })
        : translated;
    }
  }

  async #listenUnix(options: ListenUnix, acceptor: BunAcceptor): Promise<BunSocketListener> {
    const attempt = `listen on ${formatAddress(options)}`;
    try {
      return this.#bindUnix(options, acceptor);
    } catch (error) {
      if (errorCode(error) !== "EADDRINUSE" || !await this.#isStale(options.path)) throw translate(attempt, error);
    }
    try {
      await this.#bun.file(options.path).delete();
      return this.#bindUnix(options, acceptor);
    } catch (error) {
      throw translate(attempt, error);
    }
  }

  #bindUnix({ path, mode }: ListenUnix, acceptor: BunAcceptor): BunSocketListener {
    const bind = () => this.#bun.listen({ unix: path, allowHalfOpen: true, socket: acceptor.handler });
    return withUmask(mode, setUmask, bind);
  }

  /** Whether there is a socket file on which nobody listens: the one case in which the kernel refuses a connection to it. */
  async #isStale(path: string): Promise<boolean> {
    const isSocket = await this.#bun.file(path).stat().then((found) => found.isSocket(), () => false);
    if (!isSocket) return false;
    try {
      (await this.connect({ transport: "unix", path })).abort();
      return false;
    } catch (error) {
      return error instanceof BrokenError && errorCode(error.cause) === "ECONNREFUSED";
    }
  }
}

/** Makes the socket of a connection that Bun opens, paused: what comes before there is a handler has nobody to go to. */
function openingHandler(remote: Address): BunHandler {
  return createHandler((native) => {
    const local = remote.transport === "tcp" ? tcpAddress(native.localAddress ?? "", native.localPort ?? 0) : UNNAMED;
    const opened = new BunSocket(native, local, remoteAddress(native) ?? remote);
    native.data = opened;
    opened.pause();
  });
}

/** A listener, and what Bun calls when a client connects to it. */
class BunAcceptor implements Listener {
  readonly handler: BunHandler = createHandler((native) => this.#open(native));
  readonly #accept: (socket: Socket) => void;
  /** The kernel gives the lowest free descriptor: one above this says that so many are in use. */
  readonly #lastDescriptor: number;
  readonly #tls: BunTls | null;
  #native: BunSocketListener | null = null;
  #address: Address = UNNAMED;
  #isWildcard = false;

  constructor(accept: (socket: Socket) => void, lastDescriptor: number, tls: BunTls | null) {
    this.#accept = accept;
    this.#lastDescriptor = lastDescriptor;
    this.#tls = tls;
  }

  get address(): Address {
    return this.#address;
  }

  /** For the engine, once the listener is bound; no client is told of before the next turn. */
  start(native: BunSocketListener, options: ListenOptions): void {
    this.#native = native;
    if (options.transport === "unix") {
      this.#address = { transport: "unix", path: options.path };
      return;
    }
    // Bun's own `hostname` is the name that was asked for.
    const bound: { address?: string; port?: number } = {};
    native.getsockname?.(bound);
    this.#address = tcpAddress(bound.address ?? options.hostname, bound.port ?? options.port);
    this.#isWildcard = bound.address === "::" || bound.address === "0.0.0.0";
  }

  renew(identities: readonly TlsIdentity[]): Promise<void> {
    return renewing(this.address, identities, this.#tls);
  }

  /** Bun closes a listener within the call, and removes the file of a Unix socket. */
  close(): Promise<void> {
    this.#native?.stop();
    this.#native = null;
    return Promise.resolve();
  }

  #open(native: BunNative): void {
    const remote = this.#address.transport === "unix" ? UNNAMED : remoteAddress(native);
    // The client has reset the connection already, or there are no descriptors to serve it.
    if (remote === null || (native.fd ?? 0) > this.#lastDescriptor) {
      native.terminate();
      return;
    }
    const local = this.#isWildcard ? tcpAddress(native.localAddress ?? "", native.localPort ?? 0) : this.#address;
    if (this.#tls !== null) {
      this.#accept(this.#tls.accept(native, local, remote));
      return;
    }
    const socket = new BunSocket(native, local, remote);
    native.data = socket;
    this.#accept(socket);
  }
}

/** The far end of a TCP connection; null if it is gone already. */
function remoteAddress(native: BunNative): Address | null {
  return native.remoteAddress === undefined ? null : tcpAddress(native.remoteAddress, native.remotePort ?? 0);
}

/** A RangeError or a TypeError is a wrong argument, the caller's own bug. */
function translate(attempt: string, error: unknown): unknown {
  return error instanceof RangeError || error instanceof TypeError ? error : brokenError(attempt, error);
}
