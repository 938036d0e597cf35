import type { Socket, SocketHandler } from "../contract/socket.ts";
import { WheelEntry } from "../core/timer_wheel.ts";
import type { OpenSocket } from "./connections.ts";
import type { ServerContext } from "./server_context.ts";

/**
 * The end of a connection: what is unsent goes out, then FIN, then what still comes is read and thrown away until the client's FIN, so that the client
 * gets to read the answer (RFC 9112 section 9.6). Draining before the FIN resets the clients of a refused upload; this order does not. From a
 * client that is done nothing more comes: there it only sees to it that what is unsent is taken.
 *
 * It takes the socket over from its connection, which stays among the open ones until the socket is gone.
 */
export class LingeringClose extends WheelEntry implements SocketHandler {
  readonly #server: ServerContext;
  readonly #connection: OpenSocket;
  readonly #socket: Socket;
  /** When last looked at. */
  #unsent: number;
  /** By the clock, when the client must have taken some of what is unsent. */
  #stalledAt: number;
  /** Its TLS handshake is under way: until that is done nothing is taken, and its client's FIN leaves nobody to take it. */
  #shaking: boolean;
  /** By the clock, when to end it; 0 while bytes are unsent. */
  #until = 0;

  /**
   * @param isDone The client sends nothing more, and its socket is being closed.
   * @param shaking Its TLS handshake is under way.
   */
  constructor(server: ServerContext, connection: OpenSocket, socket: Socket, isDone: boolean, shaking: boolean) {
    super();
    this.#server = server;
    this.#connection = connection;
    this.#socket = socket;
    this.#shaking = shaking;
    socket.handler = this;
    if (!isDone) {
      socket.end();
      socket.resume();
    }
    this.#unsent = socket.unsent;
    this.#stalledAt = server.clock.now() + this.#patienceMs;
    if (this.#unsent === 0) this.#linger();
    else this.#lookAgain();
  }

  /** How long the client may take nothing. */
  get #patienceMs(): number {
    const { handshakeMs, writeStallMs } = this.#server.timeouts;
    return this.#shaking ? Math.min(handshakeMs, writeStallMs) : writeStallMs;
  }

  secured(): void {
    this.#shaking = false;
    this.#stalledAt = this.#server.clock.now() + this.#patienceMs;
  }

  data(): void {
    if (this.#until > 0) this.#linger();
  }

  drain(): void {
    this.#connection.taken();
    if (this.#until === 0) this.#linger();
  }

  /** Both directions have ended: the engine closes the socket. */
  end(): void {
    if (this.#shaking) this.#socket.abort();
  }

  close(): void {
    this.#server.wheel.cancel(this);
    this.#server.closed(this.#connection);
  }

  /** All of it is out, and FIN behind it. */
  #linger(): void {
    const { clock, timeouts, wheel } = this.#server;
    const now = clock.now();
    if (this.#until === 0) this.#until = now + timeouts.lingerMs;
    wheel.schedule(this, Math.min(timeouts.lingerIdleMs, this.#until - now));
  }

  /** A socket tells of its drain only where it was past its high-water mark. */
  #lookAgain(): void {
    const { timeouts, wheel } = this.#server;
    wheel.schedule(this, Math.min(timeouts.lingerIdleMs, this.#patienceMs));
  }

  /** For the wheel: its time is over, or it is time to look again. */
  override expire(): void {
    if (this.#until > 0) return this.#socket.abort();
    const { clock } = this.#server;
    const { unsent } = this.#socket;
    if (unsent === 0) return this.#linger();
    if (unsent < this.#unsent) this.#stalledAt = clock.now() + this.#patienceMs;
    this.#unsent = unsent;
    if (clock.now() >= this.#stalledAt) this.#socket.abort();
    else this.#lookAgain();
  }
}
