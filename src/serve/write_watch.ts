import type { Socket } from "../contract/socket.ts";
import type { Exchange } from "../http/exchange.ts";
import type { ServerContext } from "./server_context.ts";

/** Whose client it is: what was given to it, and what of that is unsent. */
export interface Written {
  readonly socket: Pick<Socket, "unsent">;
  readonly exchange: Pick<Exchange, "sentBytes">;
}

/** Looks at whether a client takes what is unsent past the high-water mark, though more may be written meanwhile. */
export class WriteWatch {
  readonly #written: Written;
  readonly #server: ServerContext;
  /** Bytes that the client had taken when last looked at. */
  #taken = 0;
  /** By the clock, when the client must have taken something; 0 while it need not. */
  #until = 0;

  constructor(written: Written, server: ServerContext) {
    this.#written = written;
    this.#server = server;
  }

  get #takenNow(): number {
    return this.#written.exchange.sentBytes - this.#written.socket.unsent;
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
    this.#taken = this.#takenNow;
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
    return this.#takenNow > this.#taken ? this.begin() : 0;
  }
}
