import type { ConnectOptions, IoEngine, Listener, ListenOptions, Socket, TcpAddress, TlsIdentity } from "../contract/socket.ts";
import { formatAddress } from "./address.ts";
import { brokenError } from "./broken_error.ts";
import { MemorySocket } from "./memory_socket.ts";
import { renewing } from "./renewing.ts";

/** The addresses of the machine that this network is. */
const LOOPBACK: Readonly<Record<string, string>> = { "127.0.0.1": "127.0.0.1", "::1": "::1", localhost: "127.0.0.1" };

/** A listener on it gets what comes to any address. */
const WILDCARDS: readonly string[] = ["0.0.0.0", "::"];

/** Where ports that nobody chose begin (RFC 6335 section 6). */
const FIRST_FREE_PORT = 49_152;

/** Tasks in one `run` past which it is taken for a loop: a hundred times what the longest test takes. */
const MOST_TASKS = 10_000_000;

/** The I/O engine for tests. */
export function createMemoryEngine(): MemoryEngine {
  return new MemoryEngine();
}

/** A network in memory, in which nothing happens but in `run`. TCP only; of TLS it has the event alone: a client's `secure` ends a handshake. */
export class MemoryEngine implements IoEngine {
  readonly name = "memory";
  readonly givesChunks = false;
  readonly #listeners = new Map<number, MemoryListener>();
  #tasks: (() => void)[] = [];
  /** The first task that has not run. */
  #next = 0;
  #nextPort = FIRST_FREE_PORT;

  listen(options: ListenOptions, accept: (socket: Socket) => void): Promise<Listener> {
    const attempt = `listen on ${formatAddress(options)}`;
    if (options.transport === "unix") return refuse(attempt, "EAFNOSUPPORT");
    const hostname = WILDCARDS.includes(options.hostname) ? options.hostname : LOOPBACK[options.hostname];
    if (hostname === undefined) return refuse(attempt, "EADDRNOTAVAIL");
    const port = options.port === 0 ? this.#nextPort++ : options.port;
    if (this.#listeners.has(port)) return refuse(attempt, "EADDRINUSE");
    const address: TcpAddress = { transport: "tcp", hostname, port };
    const listener = new MemoryListener(address, accept, options.tls !== undefined, () => this.#listeners.delete(port));
    this.#listeners.set(port, listener);
    return Promise.resolve(listener);
  }

  /** As the contract has it, but for what it gives: an end that can be scripted, so a test's peer is made here. */
  connect(options: ConnectOptions): Promise<MemorySocket> {
    const attempt = `connect to ${formatAddress(options)}`;
    if (options.transport === "unix") return refuse(attempt, "EAFNOSUPPORT");
    const listener = this.#listeners.get(options.port);
    const hostname = LOOPBACK[options.hostname];
    if (listener === undefined || hostname === undefined || !listener.hears(hostname)) return refuse(attempt, "ECONNREFUSED");
    const from: TcpAddress = { transport: "tcp", hostname, port: this.#nextPort++ };
    const [client, server] = MemorySocket.pair(from, { ...from, port: options.port }, (task) => this.#tasks.push(task));
    this.#tasks.push(() => listener.accept(server));
    return Promise.resolve(client);
  }

  /**
   * Runs what waits to happen, and what follows from it, until the network is at rest. What a handler threw comes out of here.
   *
   * @returns How many tasks ran.
   */
  run(): number {
    for (let count = 0; count < MOST_TASKS; count++) {
      const task = this.#tasks[this.#next++];
      if (task === undefined) {
        this.#tasks = [];
        this.#next = 0;
        return count;
      }
      task();
    }
    throw new Error(`run the memory engine: no rest after ${MOST_TASKS} tasks`);
  }
}

function refuse(attempt: string, code: string): Promise<never> {
  return Promise.reject(brokenError(attempt, Object.assign(new Error(code), { code })));
}

class MemoryListener implements Listener {
  readonly address: TcpAddress;
  readonly #accept: (socket: Socket) => void;
  readonly #isSecure: boolean;
  readonly #forget: () => void;
  #closed = false;

  constructor(address: TcpAddress, accept: (socket: Socket) => void, isSecure: boolean, forget: () => void) {
    this.address = address;
    this.#accept = accept;
    this.#isSecure = isSecure;
    this.#forget = forget;
  }

  hears(hostname: string): boolean {
    return WILDCARDS.includes(this.address.hostname) || this.address.hostname === hostname;
  }

  accept(socket: MemorySocket): void {
    if (this.#closed) socket.abort();
    else socket.open(this.#accept);
  }

  renew(identities: readonly TlsIdentity[]): Promise<void> {
    return renewing(this.address, identities, this.#isSecure ? { renew() {} } : null);
  }

  close(): Promise<void> {
    if (!this.#closed) this.#forget();
    this.#closed = true;
    return Promise.resolve();
  }
}
