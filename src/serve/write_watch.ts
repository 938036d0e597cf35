import type { Socket } from "../contract/socket.ts";
import type { ServerContext } from "./server_context.ts";

/**
 * Looks at whether a client takes what is unsent past the high-water mark. While it runs nothing more is written, so that `unsent` only
 * falls, and any fall is progress.
 */
export class WriteWatch {
  readonly #socket: Socket;
  readonly #server: ServerContext;
  #unsent = 0;
  /** By the clock, when the client must have taken something; 0 while it need not. */
  #until = 0;

  constructor(socket: Socket, server: ServerContext) {
    this.#socket = socket;
    this.#server = server;
  }

  get running(): boolean {
    return this.#until > 0;
  }

  /** By the clock, when `check` is due. */
  get until(): number {
    return this.#until;
  }

  /** @returns Milliseconds until `check` is due. */
  begin(): number {
    const { clock, timeouts } = this.#server;
    this.#unsent = this.#socket.unsent;
    this.#until = clock.now() + timeouts.writeStallMs;
    return timeouts.writeStallMs;
  }

  /** All of it was taken. */
  end(): void {
    this.#until = 0;
  }

  /** @returns Milliseconds until it is due again; 0 if the client took nothing in its time. */
  check(): number {
    const left = this.#until - this.#server.clock.now();
    if (left > 0) return left;
    this.#until = 0;
    return this.#socket.unsent < this.#unsent ? this.begin() : 0;
  }
}
