import type { Socket } from "../contract/socket.ts";
import { WheelEntry } from "../core/timer_wheel.ts";
import { ProtocolError } from "../errors.ts";
import type { Exchange } from "../http/exchange.ts";
import { BodyRate } from "./body_rate.ts";
import type { ServerContext } from "./server_context.ts";
import type { ConnectionState } from "./state.ts";
import { WriteWatch } from "./write_watch.ts";

/** Whose deadlines they are: a connection. */
export interface DeadlineOwner {
  readonly state: ConnectionState;
  readonly socket: Pick<Socket, "unsent" | "abort">;
  readonly exchange: Pick<Exchange, "sentBytes">;
  /** It reads, and it is the client's turn to send some of a body. */
  readonly awaitsBody: boolean;
  /** Ends it gently. */
  finish(): void;
  /** Answers the request that waits for a core with a 503. */
  shed(): void;
  /** Answers with the error, and ends it. */
  refuse(error: ProtocolError): void;
}

/** Later than this a timer comes only where the event loop was blocked: then the client's bytes may be there, and have not been looked at. */
const LATE_MS = 200;

/**
 * When a connection's client must have done something, by what it does now:
 *
 * | it                               | within                                       | or else      |
 * | -------------------------------- | -------------------------------------------- | ------------ |
 * | is in its TLS handshake          | `handshakeMs`                                | it is closed |
 * | has sent nothing yet             | `firstByteMs`                                | it is closed |
 * | is idle                          | `keepAliveMs`                                | it is closed |
 * | sends a head                     | `headMs`                                     | 408          |
 * | sends a body, which we read      | `bodyIdleMs`, and at `bodyRate` on the whole | 408          |
 * | has bytes past the mark to take  | `writeStallMs`                               | it is reset  |
 *
 * and when its request must have a core, if `queueTimeoutMs` is set: 503.
 *
 * One timer for all of them, which is this object: it is set for the first that may be due, and asks which is when it runs out. In any other state
 * nothing is: what a deadline was for may have come, and the wheel looks at one that only grows when its old time comes, so that to put it off
 * costs a store a request.
 */
export class Deadlines extends WheelEntry {
  readonly #server: ServerContext;
  readonly #owner: DeadlineOwner;
  /** Null until it is needed, as on most connections it never is. */
  #writes: WriteWatch | null = null;
  /** The same: null until the first body. */
  #rate: BodyRate | null = null;
  /** By the clock, when some of the body must have come. */
  #bodyBy = 0;
  /** By the clock, when the request must have a core; Infinity where it has one, or may wait. */
  #coreBy = Infinity;
  #reading = true;
  /** The deadline that it is set for was put off once, because the event loop had been blocked. */
  #excused = false;

  constructor(server: ServerContext, owner: DeadlineOwner) {
    super();
    this.#server = server;
    this.#owner = owner;
  }

  /** It was opened, and TLS comes first. */
  awaitHandshake(): void {
    this.#wait(this.#server.timeouts.handshakeMs);
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

  /** Its request waits for a core. */
  awaitCore(): void {
    const { clock, queueTimeoutMs } = this.#server;
    if (queueTimeoutMs === 0 || this.#coreBy < Infinity) return;
    const nowMs = clock.now();
    this.#coreBy = nowMs + queueTimeoutMs;
    this.#rearm(nowMs);
  }

  /** It waits for none any more. */
  coreGranted(): void {
    this.#coreBy = Infinity;
  }

  /** A head came, and its body follows; or the client was told to send it. */
  awaitBody(reading: boolean): void {
    const { clock, timeouts } = this.#server;
    const nowMs = clock.now();
    this.#rate ??= new BodyRate(timeouts);
    this.#reading = reading;
    this.#rate.begin(nowMs, this.#counts);
    this.#startBody(nowMs);
  }

  /** So many bytes of a body came, or more is asked for. */
  awaitMore(bytes: number): void {
    this.#rate?.add(bytes);
    this.#startBody(this.#server.clock.now());
  }

  /** We stop reading, or go on. */
  setReading(reading: boolean): void {
    this.#reading = reading;
    this.#recount();
  }

  /** Bytes are unsent past the mark: the client must take some, until `written`. */
  awaitWrites(): void {
    if (this.#watchesWrites) return;
    this.#writes ??= new WriteWatch(this.#owner, this.#server);
    this.#writes.begin();
    this.#recount();
    this.#rearm(this.#server.clock.now());
  }

  /** All of it was taken. */
  written(): void {
    this.#writes?.end();
    this.#recount();
  }

  get #watchesWrites(): boolean {
    return this.#writes !== null && this.#writes.running;
  }

  /** While the client must take something it need not send; nor while nobody reads it. */
  get #counts(): boolean {
    return this.#reading && !this.#watchesWrites;
  }

  /** Whether a body's time counts may have changed. */
  #recount(): void {
    if (this.#rate === null) return;
    const nowMs = this.#server.clock.now();
    this.#rate.setCounting(this.#counts, nowMs);
    if (this.#counts) this.#startBody(nowMs);
  }

  #startBody(nowMs: number): void {
    this.#bodyBy = nowMs + this.#server.timeouts.bodyIdleMs;
    this.#rearm(nowMs);
  }

  /** The connection is over. */
  cancel(): void {
    this.#server.wheel.cancel(this);
  }

  /** For the wheel: the first deadline that might be due. */
  override expire(): void {
    const owner = this.#owner;
    const { clock, timeouts } = this.#server;
    const nowMs = clock.now();
    if (nowMs >= this.#coreBy) owner.shed();
    else if (nowMs - this.dueMs > LATE_MS && !this.#excused) this.#excuse(nowMs);
    else if (owner.state === "idle") owner.finish();
    else if (owner.state === "head") owner.refuse(new ProtocolError(408, `the head was not complete within ${timeouts.headMs} ms`));
    else this.#judge(nowMs);
  }

  #judge(nowMs: number): void {
    const owner = this.#owner;
    const { timeouts } = this.#server;
    if (this.#watchesWrites) {
      if (this.#writes!.check() > 0) this.#rearm(nowMs);
      else owner.socket.abort();
    } else if (!owner.awaitsBody) this.#rearm(nowMs);
    else if (this.#rateLeft(nowMs) <= 0) {
      owner.refuse(new ProtocolError(408, `the body came at less than ${timeouts.bodyRate} bytes a second`));
    } else if (nowMs >= this.#bodyBy) owner.refuse(new ProtocolError(408, `nothing of the body came for ${timeouts.bodyIdleMs} ms`));
    else this.#rearm(nowMs);
  }

  /** Once for each deadline: in the meantime the sockets are looked at. */
  #excuse(nowMs: number): void {
    this.#wait(LATE_MS, nowMs);
    this.#excused = true;
  }

  #rateLeft(nowMs: number): number {
    return this.#rate?.left(nowMs) ?? Infinity;
  }

  /** Sets the timer for the first that may be due, where that is not a head's or an idle connection's. */
  #rearm(nowMs: number): void {
    const { state, awaitsBody } = this.#owner;
    if (state === "idle" || state === "head") return;
    let left = this.#coreBy - nowMs;
    if (this.#watchesWrites) left = Math.min(left, this.#writes!.until - nowMs);
    else if (awaitsBody) left = Math.min(left, this.#bodyBy - nowMs, this.#rateLeft(nowMs));
    if (left < Infinity) this.#wait(left, nowMs);
  }

  #wait(ms: number, nowMs?: number): void {
    this.#excused = false;
    this.#server.wheel.schedule(this, ms, nowMs);
  }
}
