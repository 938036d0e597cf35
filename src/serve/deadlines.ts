import type { Socket } from "../contract/socket.ts";
import { WheelEntry } from "../core/timer_wheel.ts";
import { ProtocolError } from "../errors.ts";
import { BodyRate } from "./body_rate.ts";
import type { ServerContext } from "./server_context.ts";
import type { ConnectionState } from "./state.ts";
import { WriteWatch } from "./write_watch.ts";

/** Whose deadlines they are: a connection. */
export interface DeadlineOwner {
  readonly state: ConnectionState;
  readonly socket: Socket;
  /** It reads, and it is the client's turn to send some of a body. */
  readonly awaitsBody: boolean;
  /** Ends it gently. */
  finish(): void;
  /** Answers the request that waits for a core with a 503. */
  shed(): void;
  /** Answers with the error, and ends it. */
  refuse(error: ProtocolError): void;
}

/**
 * When a connection's client must have done something, by what it does now:
 *
 * | it                                | within         | or else                     |
 * | --------------------------------- | -------------- | --------------------------- |
 * | has sent nothing yet              | `firstByteMs`  | it is closed                |
 * | is idle                           | `keepAliveMs`  | it is closed                |
 * | sends a head                      | `headMs`       | 408                         |
 * | sends a body, which we read       | `bodyIdleMs`, and at `bodyRate` on the whole | 408 |
 * | waits for a core                  | `queueTimeoutMs`, if it is set | 503         |
 * | has bytes past the mark to take   | `writeStallMs` | it is reset                 |
 *
 * One timer for all of them, which is this object. In any other state it may run out and does nothing: what a deadline was for may have come,
 * and the wheel looks at one that only grows when its old time comes, so that to put it off costs a store a request.
 */
export class Deadlines extends WheelEntry {
  readonly #server: ServerContext;
  readonly #owner: DeadlineOwner;
  /** Null until it is needed, as on most connections it never is. */
  #writes: WriteWatch | null = null;
  /** The same: null until the first body. */
  #rate: BodyRate | null = null;
  /** By the clock, when its request must have a core; Infinity where it may wait. */
  #coreBy = Infinity;

  constructor(server: ServerContext, owner: DeadlineOwner) {
    super();
    this.#server = server;
    this.#owner = owner;
  }

  /** It was opened. */
  awaitFirst(): void {
    const { draining, timeouts } = this.#server;
    this.#wait(draining ? timeouts.idleGraceMs : timeouts.firstByteMs);
  }

  /** It is idle, until the next request's first byte. */
  awaitRequest(nowMs?: number): void {
    const { draining, timeouts } = this.#server;
    this.#wait(draining ? timeouts.idleGraceMs : timeouts.keepAliveMs, nowMs);
  }

  /** A head's first byte came. */
  awaitHead(): void {
    this.#wait(this.#server.timeouts.headMs);
  }

  /** Its request waits in the queue. */
  awaitCore(): void {
    const { clock, queueTimeoutMs } = this.#server;
    if (queueTimeoutMs === 0) return;
    const nowMs = clock.now();
    this.#coreBy = nowMs + queueTimeoutMs;
    this.#wait(queueTimeoutMs, nowMs);
  }

  /** A head came, and its body follows; or the client was told to send it. */
  awaitBody(reading: boolean): void {
    const { clock, timeouts } = this.#server;
    const nowMs = clock.now();
    this.#rate ??= new BodyRate(timeouts);
    this.#coreBy = Infinity;
    this.#rate.begin(nowMs, reading);
    this.#awaitBody(this.#rate, nowMs);
  }

  /** So many bytes of a body came, or more is asked for. */
  awaitMore(bytes: number): void {
    const rate = this.#rate;
    if (rate === null) return;
    rate.add(bytes);
    this.#awaitBody(rate, this.#server.clock.now());
  }

  /** We stop reading a body, or go on. */
  setReading(reading: boolean): void {
    this.#rate?.setReading(reading, this.#server.clock.now());
  }

  /** That does not put off when the client must have taken something. */
  #awaitBody(rate: BodyRate, nowMs: number): void {
    const ms = Math.min(this.#server.timeouts.bodyIdleMs, rate.left(nowMs), this.#coreBy - nowMs);
    if (!this.#watchesWrites) this.#wait(ms, nowMs);
  }

  /** Bytes are unsent past the mark: the client must take some, until `written`. */
  awaitWrites(): void {
    if (this.#watchesWrites) return;
    this.#writes ??= new WriteWatch(this.#owner.socket, this.#server);
    this.#wait(this.#writes.begin());
  }

  /** All of it was taken. */
  written(): void {
    this.#writes?.end();
  }

  /** The connection is over. */
  cancel(): void {
    this.#server.wheel.cancel(this);
  }

  /** For the wheel: a deadline that nobody called off. */
  override expire(): void {
    const owner = this.#owner;
    const { timeouts } = this.#server;
    if (owner.state === "idle") owner.finish();
    else if (owner.state === "queued" && this.#server.clock.now() >= this.#coreBy) owner.shed();
    else if (owner.state === "head") owner.refuse(new ProtocolError(408, `the head was not complete within ${timeouts.headMs} ms`));
    else if (this.#writes?.running) this.#checkWrites(this.#writes);
    else if (owner.awaitsBody) owner.refuse(new ProtocolError(408, this.#whyNoBody()));
  }

  #whyNoBody(): string {
    const { clock, timeouts } = this.#server;
    const tooSlow = this.#rate !== null && this.#rate.left(clock.now()) <= 0;
    return tooSlow
      ? `the body came at less than ${timeouts.bodyRate} bytes a second`
      : `nothing of the body came for ${timeouts.bodyIdleMs} ms`;
  }

  get #watchesWrites(): boolean {
    return this.#writes !== null && this.#writes.running;
  }

  #checkWrites(writes: WriteWatch): void {
    const waitMs = writes.check();
    if (waitMs > 0) this.#wait(waitMs);
    else this.#owner.socket.abort();
  }

  #wait(ms: number, nowMs?: number): void {
    this.#server.wheel.schedule(this, ms, nowMs);
  }
}
