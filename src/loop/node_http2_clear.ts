import type { Socket } from "node:net";
import type { ClearServer } from "./node_http2.ts";
import { NodeConnections } from "./node_http_connections.ts";

/** The server of HTTP/2 beside one of HTTP/1.1; loaded when the first client asks for it, for `node:http2` takes 2 MB and 100 ms there (Node 20). */
export class ClearHttp2 {
  readonly #create: () => Promise<ClearServer>;
  readonly #connections = new NodeConnections();
  readonly #waiting: Socket[] = [];
  #server: ClearServer | null = null;
  #loading = false;
  #closing = false;

  /** @param create Makes the server. */
  constructor(create: () => Promise<ClearServer>) {
    this.#create = create;
  }

  /** @param socket What it gives first is the preface. */
  take(socket: Socket): void {
    this.#connections.add(socket);
    if (this.#server !== null) return this.#server.take(socket);
    this.#waiting.push(socket);
    // A reset: nobody else hears of it yet.
    socket.on("error", () => {});
    if (!this.#loading) void this.#load();
  }

  async #load(): Promise<void> {
    this.#loading = true;
    const server = this.#server = await this.#create().catch(() => null);
    this.#loading = false;
    const waiting = this.#waiting.splice(0);
    if (this.#closing) server?.close();
    for (const socket of waiting) {
      // Without one, as for want of descriptors: the next client may have more luck.
      if (server === null) socket.destroy();
      else if (!socket.destroyed) server.take(socket);
    }
  }

  /** Tells clients to go, and lets their streams end. */
  close(): void {
    this.#closing = true;
    this.#server?.close();
  }

  kill(): void {
    this.#server?.kill();
    // Those that wait, and those whose sessions are over and whose clients have not gone.
    this.#connections.kill();
  }
}
