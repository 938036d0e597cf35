import net from "node:net";
import type { Address } from "../../mod.ts";
import { runtimeName } from "./runtime.ts";

/** A peer on a port, or at a path, that does with its connections what a test says. */
export interface Peer {
  readonly address: Address;
  /** `127.0.0.1:PORT`, or `unix:PATH`. */
  readonly name: string;
  readonly connections: net.Socket[];
}

/** Sends back what it gets, and ends when its client does. */
export function echo(socket: net.Socket): void {
  socket.pipe(socket);
}

/**
 * Runs `use` with a peer, and lets go of it after.
 *
 * @param path Of a Unix socket. @default a free port
 */
export async function withPeer(serve: (socket: net.Socket) => void, use: (peer: Peer) => Promise<void>, path?: string): Promise<void> {
  const connections: net.Socket[] = [];
  const server = net.createServer({ allowHalfOpen: true }, (socket) => {
    connections.push(socket);
    socket.on("error", () => {});
    serve(socket);
  });
  await new Promise<void>((resolve) => path === undefined ? server.listen(0, "127.0.0.1", resolve) : server.listen(path, resolve));
  const { port } = path === undefined ? server.address() as net.AddressInfo : { port: 0 };
  const address: Address = path === undefined ? { transport: "tcp", hostname: "127.0.0.1", port } : { transport: "unix", path };
  try {
    await use({ address, name: path === undefined ? `127.0.0.1:${port}` : `unix:${path}`, connections });
  } finally {
    for (const socket of connections) socket.destroy();
    const closed = new Promise((resolve) => server.close(resolve));
    // Deno's node:net (2.9) calls back when the last connection is gone, which its client may not have let go of.
    if (runtimeName() !== "deno") await closed;
  }
}
