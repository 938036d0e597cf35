import net from "node:net";
import {
  type Address,
  type ConnectOptions,
  DEFAULT_BACKLOG,
  type DescriptorSide,
  type IoEngine,
  type Listener,
  type ListenOptions,
  type Socket,
  type TlsIdentity,
} from "../contract/socket.ts";
import { formatAddress, tcpAddress, UNNAMED } from "./address.ts";
import { brokenError, listenError } from "./broken_error.ts";
import { readCertificates } from "./certificates.ts";
import { NodeReader, onConnection } from "./node_reader.ts";
import { NodeSocket } from "./node_socket.ts";
import { giveSocket } from "./node_socket_owner.ts";
import type { NodeTls } from "./node_tls.ts";
import { setUmask } from "./node_umask.ts";
import { bindingUnix } from "./node_unix.ts";
import { renewing } from "./renewing.ts";
import { withUmask } from "./with_umask.ts";

/** As the kernel writes them. */
const WILDCARDS: readonly string[] = ["0.0.0.0", "::"];

/** The I/O engine on `node:net`, for Node 20 and later; Deno and Bun run it too. */
export function createNodeEngine(): IoEngine {
  return { name: "node", givesChunks: false, listen, connect, adopt };
}

async function listen(options: ListenOptions, accept: (socket: Socket) => void): Promise<Listener> {
  try {
    return options.transport === "unix" ? await bindingUnix(options.path, () => bind(options, accept)) : await bind(options, accept);
  } catch (error) {
    throw listenError(options, error);
  }
}

async function bind(options: ListenOptions, accept: (socket: Socket) => void): Promise<Listener> {
  const tls = options.tls === undefined ? null : await openTls(options.tls);
  const server = net.createServer({ allowHalfOpen: true, noDelay: true });
  const backlog = options.backlog ?? DEFAULT_BACKLOG;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.once("listening", resolve);
    // Node binds within the call.
    if (options.transport === "unix") withUmask(options.mode, setUmask, () => server.listen({ path: options.path, backlog }));
    else server.listen({ host: options.hostname, port: options.port, backlog });
  });
  // An accept that failed, as for want of descriptors, must not end the process.
  server.removeAllListeners("error").on("error", () => {});
  const listener = new NodeListener(server, boundAddress(server, options), tls);
  // A listener's sockets share its address, but on a wildcard: to ask for each costs a system call and 0.2 KB that Node keeps.
  const isWildcard = listener.address.transport === "tcp" && WILDCARDS.includes(listener.address.hostname);
  const open = (socket: net.Socket, wrap: (local: Address, remote: Address) => NodeSocket) => {
    const remote = remoteAddress(socket, listener.address);
    const local = isWildcard ? localAddress(socket, listener.address) : listener.address;
    // Null: the client reset the connection before it was accepted.
    if (remote === null) socket.destroy();
    else wrap(local, remote).open(accept);
  };
  if (tls === null) {
    onConnection(server, (socket, reader) => {
      open(socket, (local, remote) => reader.attach(socket, new NodeSocket(socket, local, remote)));
    });
  } else server.on("connection", (socket) => open(socket, (local, remote) => tls.accept(socket, local, remote)));
  if (options.transport === "unix") {
    try {
      await giveSocket(options);
    } catch (error) {
      await listener.close();
      throw error;
    }
  }
  return listener;
}

async function openTls(identities: readonly TlsIdentity[]): Promise<NodeTls> {
  const [{ NodeTls }, certificates] = await Promise.all([import("./node_tls.ts"), readCertificates(identities)]);
  return new NodeTls(certificates, false);
}

async function connect(options: ConnectOptions): Promise<Socket> {
  if (options.tls === undefined) {
    const reader = new NodeReader();
    const socket = await open(options, reader);
    const [local, remote] = endsOf(socket, options);
    return reader.attach(socket, new NodeSocket(socket, local, remote));
  }
  const { secureClient } = await import("./node_tls_client.ts");
  const below = await open(options, null);
  const [local, remote] = endsOf(below, options);
  return await secureClient({ below, local, remote, gate: null }, { ...options, tls: options.tls });
}

/** @param reader Null where TLS is to come above. */
function open(options: ConnectOptions, reader: NodeReader | null): Promise<net.Socket> {
  const { signal } = options;
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) return reject(signal.reason);
    const ways = { allowHalfOpen: true, ...reader?.options };
    const socket = options.transport === "unix"
      ? net.connect({ path: options.path, ...ways })
      : net.connect({ host: options.hostname, port: options.port, noDelay: true, ...ways });
    const fail = (reason: unknown) => {
      settle();
      reject(reason);
    };
    const failed = (error: Error) => fail(brokenError(`connect to ${formatAddress(options)}`, error));
    const aborted = () => {
      fail(signal?.reason);
      socket.on("error", () => {}).destroy();
    };
    const settle = () => {
      socket.off("error", failed);
      signal?.removeEventListener("abort", aborted);
    };
    signal?.addEventListener("abort", aborted);
    socket.pause();
    socket.once("error", failed);
    socket.once("connect", () => {
      settle();
      resolve(socket);
    });
  });
}

function endsOf(socket: net.Socket, options: ConnectOptions): [local: Address, remote: Address] {
  if (options.transport === "unix") return [UNNAMED, { transport: "unix", path: options.path }];
  const asked = tcpAddress(options.hostname, options.port);
  return [localAddress(socket, asked), remoteAddress(socket, asked) ?? asked];
}

async function adopt(fd: number, side: DescriptorSide): Promise<Socket> {
  return (await import("./node_adopt.ts")).adoptByNode(fd, side);
}

function boundAddress(server: net.Server, options: ListenOptions): Address {
  if (options.transport === "unix") return { transport: "unix", path: options.path };
  const bound = server.address();
  // Node gives null or a path for anything but a TCP listener.
  if (bound === null || typeof bound === "string") return tcpAddress(options.hostname, options.port);
  return tcpAddress(bound.address, bound.port);
}

/** Our end: what the kernel says, if the connection is not gone already. */
function localAddress(socket: net.Socket, otherwise: Address): Address {
  return socket.localAddress === undefined ? otherwise : tcpAddress(socket.localAddress, socket.localPort ?? 0);
}

/** Null if the connection is gone already. */
function remoteAddress(socket: net.Socket, { transport }: Address): Address | null {
  if (transport === "unix") return UNNAMED;
  return socket.remoteAddress === undefined ? null : tcpAddress(socket.remoteAddress, socket.remotePort ?? 0);
}

class NodeListener implements Listener {
  readonly address: Address;
  readonly #server: net.Server;
  readonly #tls: NodeTls | null;

  constructor(server: net.Server, address: Address, tls: NodeTls | null) {
    this.#server = server;
    this.address = address;
    this.#tls = tls;
  }

  renew(identities: readonly TlsIdentity[]): Promise<void> {
    return renewing(this.address, identities, this.#tls);
  }

  /** Does not wait for the server's own `close`, which comes when the last connection has gone. */
  close(): Promise<void> {
    this.#server.close();
    return new Promise((resolve) => setImmediate(resolve));
  }
}
