import type { Address, Latin1, Socket, SocketHandler } from "../contract/socket.ts";
import { GatheredBytes } from "./gathered_bytes.ts";
import { NO_HANDLER } from "./no_handler.ts";
import { readProxyHeader } from "./proxy_header.ts";

/** Most headers are shorter, and come in one piece. */
const FIRST_ROOM = 256;

/**
 * A socket whose peer is a proxy that speaks the PROXY protocol: the header at its start is taken off, and from then on the socket has the
 * addresses of the proxy's client. A header that is none ends it at once: who sends is not known.
 */
export class ProxiedSocket implements Socket {
  remote: Address;
  local: Address;
  readonly #socket: Socket;
  readonly #refused: () => void;
  #handler: SocketHandler = NO_HANDLER;
  readonly #gathered = new GatheredBytes(FIRST_ROOM);
  /** The header is whole: the socket's events go to the handler itself. */
  #done = false;

  /** @param refused Called if there is no valid header, before the socket is aborted. */
  constructor(socket: Socket, refused: () => void) {
    this.#socket = socket;
    this.#refused = refused;
    this.remote = socket.remote;
    this.local = socket.local;
    socket.handler = {
      data: (chunk) => this.#take(chunk),
      drain: () => this.#handler.drain(),
      end: () => this.#handler.end(),
      close: (error) => this.#handler.close(error),
    };
  }

  #take(chunk: Uint8Array): void {
    const bytes = this.#gathered.with(chunk);
    const header = readProxyHeader(bytes);
    if (header === null) this.#gathered.keep(chunk);
    else if (header === "bad") {
      this.#refused();
      this.#socket.abort();
    } else {
      this.#done = true;
      this.#gathered.drop();
      if (header.ends !== null) ({ remote: this.remote, local: this.local } = header.ends);
      this.#socket.handler = this.#handler;
      if (header.bytes < bytes.length) this.#handler.data(bytes.subarray(header.bytes));
    }
  }

  get handler(): SocketHandler {
    return this.#handler;
  }

  set handler(handler: SocketHandler) {
    this.#handler = handler;
    if (this.#done) this.#socket.handler = handler;
  }

  get tls(): Socket["tls"] {
    return this.#socket.tls;
  }

  get unsent(): number {
    return this.#socket.unsent;
  }

  write(chunk: Uint8Array | Latin1): boolean {
    return this.#socket.write(chunk);
  }

  cork(): void {
    this.#socket.cork();
  }

  uncork(): void {
    this.#socket.uncork();
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  end(): void {
    this.#socket.end();
  }

  close(): void {
    this.#socket.close();
  }

  abort(): void {
    this.#socket.abort();
  }
}
