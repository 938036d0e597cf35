import type { Socket } from "node:net";
import type { LoopExchange, LoopListenOptions } from "../contract/loop.ts";
import type { Address } from "../contract/socket.ts";
import type { ClearServer } from "./node_http2.ts";
import { NodeConnections } from "./node_http_connections.ts";

/** The server of HTTP/2 beside one of HTTP/1.1; loaded when the first client asks for it, for `node:http2` takes 2 MB and 100 ms there (Node 20). */
export class ClearHttp2 {
  readonly #create: () => Promise<ClearServer>;
  readonly #connections = new NodeConnections();
  #waiting: Socket[] = [];
  #server: ClearServer | null = null;
  #loading = false;
  #closing = false;

  constructor(options: LoopListenOptions, accept: (exchange: LoopExchange) => void, local: () => Address) {
    this.#create = async () => (await import("./node_http2.ts")).createClearServer(options, accept, local);
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
    const server = this.#server = await this.#create();
    if (this.#closing) server.close();
    for (const socket of this.#waiting) if (!socket.destroyed) server.take(socket);
    this.#waiting = [];
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
