import type { LoopExchange, LoopHandler } from "../contract/loop.ts";
import { type CoreWaiter, WaitingPlace } from "../core/pool.ts";
import { BrokenError, ClosedError, ProtocolError } from "../errors.ts";
import { TEXT_FIELDS } from "../http/common_fields.ts";
import { type Linked, misstep } from "../state_machine.ts";
import { ActiveRequest } from "./active_request.ts";
import type { Carrier } from "./carrier.ts";
import { type DeadlineOwner, Deadlines } from "./deadlines.ts";
import { checkLoopHead } from "./loop_head_limits.ts";
import { LoopIntake, type LoopIntakeOwner } from "./loop_intake.ts";
import { LoopWire } from "./loop_wire.ts";
import { RequestBody } from "./request_body.ts";
import type { ServerContext } from "./server_context.ts";
import { CONNECTION_IDLE, type ConnectionEvent, type ConnectionState } from "./state.ts";

/**
 * One request of a loop engine, from its head to the end of its answer. It is to the pool, the deadlines and a stop what a connection is, and goes
 * through that one's states, from `buffering` to `over`; but it is there already, so that past the wait queue it waits with its head in memory.
 */
export class LoopRequest extends LoopWire implements Carrier, LoopHandler, CoreWaiter, DeadlineOwner, LoopIntakeOwner {
  readonly scheme: "http" | "https";
  readonly place: WaitingPlace = new WaitingPlace(this);
  readonly #server: ServerContext;
  readonly #deadlines: Deadlines;
  readonly #intake: LoopIntake | null;
  #state: Linked<ConnectionState, ConnectionEvent> = CONNECTION_IDLE;
  #request: ActiveRequest | null = null;

  /** @param givesChunks As of the loop engine. */
  constructor(server: ServerContext, exchange: LoopExchange, secure: boolean, givesChunks: boolean) {
    super(server.writeBuffer, exchange);
    this.#server = server;
    this.scheme = secure ? "https" : "http";
    this.#deadlines = new Deadlines(server, this);
    this.#intake = exchange.body === null ? null : new LoopIntake(this, exchange.body, this.#deadlines, givesChunks);
    exchange.handler = this;
  }

  get state(): ConnectionState {
    return this.#state.state;
  }

  get request(): ActiveRequest | null {
    return this.#request;
  }

  get awaitsBody(): boolean {
    return this.#request !== null && this.#intake?.awaitsBody === true;
  }

  protected override get isLast(): boolean {
    return this.#server.draining;
  }

  // From a head to a running request.

  /** Takes the request up. @param hasRoom Whether there may be one more. */
  begin(hasRoom: boolean): void {
    const { open, limits, bodyMostBytes, postBufferingBytes, copy } = this.#server;
    const { head } = this.socket;
    this.#move(this.#state.headDone, "headDone");
    open.rest(this);
    open.wake(this);
    if (!hasRoom) return this.turnAway();
    const { framing } = head;
    const length = framing.kind === "length" ? framing.bytes : null;
    const body = this.#intake === null ? null : new RequestBody(length, this.#intake, copy);
    const request = new ActiveRequest(this.#server, this, head, body);
    this.#request = request;
    const wrong = checkLoopHead(head, limits);
    if (wrong !== null) return this.refuse(wrong);
    if (request.misdirected) return this.refuse(new ProtocolError(421, "a target of another scheme than its connection's"));
    if (length !== null && length > bodyMostBytes) return this.refuse(new ProtocolError(413, `a body of more than ${bodyMostBytes} bytes`));
    const small = length !== null && length <= postBufferingBytes && !request.bodyTooLong && !head.expectsContinue;
    if (small) this.#intake!.begin();
    else this.#askForCore();
  }

  bodyDone(): void {
    if (this.state === "buffering") this.#askForCore();
  }

  /** Nobody reads it yet who would be told; Deno tells of it by the body alone (2.9.6). */
  bodyBroken(): void {
    if (this.state === "buffering") this.refuse(new ProtocolError(400, "a body that broke off"));
  }

  #askForCore(): void {
    const { pool, sheds } = this.#server;
    const core = pool.take();
    if (core >= 0) return this.granted(core);
    if (pool.enqueue(this)) this.#move(this.#state.enqueue, "enqueue");
    else if (sheds || this.socket.multiplexed) return this.shed();
    else {
      if (this.state !== "stalled") this.#move(this.#state.stall, "stall");
      pool.stall(this);
    }
    this.#deadlines.awaitCore();
  }

  proceed(): void {
    this.#askForCore();
  }

  granted(core: number): void {
    this.#move(this.#state.run, "run");
    this.#deadlines.coreGranted();
    this.#request!.start(core);
  }

  shed(): void {
    this.#server.pool.remove(this);
    this.#move(this.#state.shed, "shed");
    this.#server.shedRequests++;
    this.#deadlines.coreGranted();
    this.#request!.shed();
  }

  // From the answer to the end.

  answered(request: ActiveRequest): void {
    if (this.#request !== request) return;
    this.#request = null;
    if (request.body?.complete === false) {
      request.body.fail(new ClosedError("read a request's body: its answer is complete"));
      this.#intake?.forgo();
    }
    if (this.state === "over") return;
    if (this.socket.unsent === 0) return this.#leave();
    this.#move(this.#state.unsent, "unsent");
    this.#deadlines.awaitWrites();
  }

  drain(): void {
    this.taken();
    if (this.state === "over") return;
    this.#deadlines.written();
    if (this.state === "flushing") this.#leave();
    else this.#request?.reply.drain();
  }

  /** The client's FIN: its answer is still sent. */
  ended(): void {
    this.closeAfter();
    this.#request?.abort(new BrokenError("serve a request: the client closed its side"));
  }

  gone(reason: Error): void {
    const request = this.#request;
    this.#request = null;
    if (this.state !== "over") this.#leave();
    request?.breakOff(reason);
  }

  /** Refuses what the client sent. Nothing of the request is echoed. */
  refuse(error: ProtocolError): void {
    const request = this.#request;
    this.#request = null;
    this.#server.observer.refused?.(error.status, error.message, this.remote);
    const started = request?.reply.started === true;
    request?.breakOff(error);
    if (started) {
      this.socket.abort();
      if (this.state !== "over") this.#leave();
    } else {
      this.#refuseWith(error.status, error.message);
      this.#leaveOnceTaken();
    }
  }

  /** In HTTP/2 a client may hold back the shortest answer: whoever takes none would keep its connection. */
  #leaveOnceTaken(): void {
    if (this.socket.unsent === 0) return this.#leave();
    this.#server.pool.remove(this);
    this.#deadlines.coreGranted();
    if (this.state !== "active") this.#move(this.#state.shed, "shed");
    this.#move(this.#state.unsent, "unsent");
    this.#deadlines.awaitWrites();
  }

  #refuseWith(status: number, reason: string): void {
    if (this.answering) return;
    this.closeAfter();
    this.sendWhole(status, "", TEXT_FIELDS, `${reason}\n`);
    this.#intake?.forgo();
  }

  /** For the deadlines: none of its states is one that ends so. */
  finish(): void {
    this.#leave();
  }

  abort(): void {
    const request = this.#request;
    this.#request = null;
    request?.body?.fail(new ClosedError("read a request's body: its answer failed"));
    this.socket.abort();
    if (this.state !== "over") this.#leave();
  }

  /** It waits for nothing of the server's any more. */
  #leave(): void {
    this.#move(this.#state.finish, "finish");
    this.#server.pool.remove(this);
    this.#deadlines.cancel();
    this.#server.closed(this);
  }

  forgoBody(): void {
    // The runtime knows best how much of it to read: what it does is in src/loop/gaps.ts.
  }

  watchWrites(): void {
    this.#deadlines.awaitWrites();
  }

  limited(request: ActiveRequest): void {
    this.#intake?.limited(request);
  }

  // A stop, and too many.

  /** It is no idle connection: those are the loop's. */
  closeIdle(): void {}

  evict(): void {
    this.turnAway();
  }

  turnAway(): void {
    const request = this.#request;
    this.#request = null;
    this.closeAfter();
    this.sendWhole(503, "", [...TEXT_FIELDS, ["retry-after", "1"]], "too many connections\n");
    this.#intake?.forgo();
    request?.reply.clientGone(new ClosedError("serve a request: there are too many"));
    this.#leaveOnceTaken();
  }

  kill(): boolean {
    const lost = this.#request !== null;
    const reason = new ClosedError("serve a request: the server has stopped");
    this.socket.abort();
    this.gone(reason);
    return lost;
  }

  #move(next: Linked<ConnectionState, ConnectionEvent> | null, event: ConnectionEvent): void {
    this.#state = next ?? misstep("a loop's request", this.state, event);
  }
}
