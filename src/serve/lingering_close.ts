import type { Socket, SocketHandler } from "../contract/socket.ts";
import { WheelTimer } from "../core/timer_wheel.ts";
import type { ServerContext } from "./server_context.ts";

/**
 * The end of a connection: what is unsent goes out, then FIN, then what still comes is read and thrown away until the client's FIN, so that the client
 * gets to read the answer (RFC 9112 section 9.6). Draining before the FIN resets the clients of a refused upload; this order does not.
 *
 * It takes the socket over from its connection.
 */
export class LingeringClose implements SocketHandler {
  readonly #server: ServerContext;
  readonly #socket: Socket;
  readonly #timer = new WheelTimer(() => this.#check());
  /** The client's FIN came before ours: it sends no more. */
  readonly #halfClosed: boolean;
  #unsent: number;
  /** By the clock, once our FIN is out; 0 before. */
  #until = 0;

  constructor(server: ServerContext, socket: Socket, halfClosed: boolean) {
    this.#server = server;
    this.#socket = socket;
    this.#halfClosed = halfClosed;
    socket.handler = this;
    server.open.add(this);
    socket.end();
    if (!halfClosed) socket.resume();
    this.#unsent = socket.unsent;
    this.#wait();
  }

  data(): void {
    if (this.#until > 0) this.#wait();
  }

  drain(): void {}

  /** Both directions have ended: the engine closes the socket. */
  end(): void {}

  close(): void {
    this.#server.wheel.cancel(this.#timer);
    this.#server.closed(this);
  }

  /** Nothing to be gentle with. */
  closeIdle(): void {}

  /** @returns False: no request is lost. */
  kill(): false {
    this.#socket.abort();
    return false;
  }

  #wait(): void {
    const { clock, timeouts, wheel } = this.#server;
    if (this.#unsent > 0) {
      wheel.schedule(this.#timer, timeouts.writeStallMs);
      return;
    }
    const now = clock.now();
    if (this.#until === 0) this.#until = now + timeouts.lingerMs;
    wheel.schedule(this.#timer, Math.min(timeouts.lingerIdleMs, this.#until - now));
  }

  /** No progress since the last look ends it. */
  #check(): void {
    const unsent = this.#socket.unsent;
    const progress = this.#unsent > 0 && unsent < this.#unsent;
    this.#unsent = unsent;
    if (progress) this.#wait();
    else this.#socket.abort();
  }
}
