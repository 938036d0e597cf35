import type { Socket, SocketHandler } from "../contract/socket.ts";
import { type CoreWaiter, WaitingPlace } from "../core/pool.ts";
import { BrokenError, ClosedError, ProtocolError } from "../errors.ts";
import { Exchange } from "../http/exchange.ts";
import type { HttpHead } from "../http/http_head.ts";
import { type Linked, misstep } from "../state_machine.ts";
import { ActiveRequest } from "./active_request.ts";
import type { Carrier } from "./carrier.ts";
import { type DeadlineOwner, Deadlines } from "./deadlines.ts";
import { Intake, type IntakeOwner } from "./intake.ts";
import { LingeringClose } from "./lingering_close.ts";
import { RequestBody } from "./request_body.ts";
import type { ServerContext } from "./server_context.ts";
import { CONNECTION_IDLE, type ConnectionEvent, type ConnectionState } from "./state.ts";
import { Wire } from "./wire.ts";

const RETRY_SOON = [["retry-after", "1"]] as const;

/**
 * One client's connection: socket, HTTP exchange and core meet here. Bytes come in by `data`, become a request, and run once there is
 * a core; the answer comes back through `exchange` and `socket` (see `answer.ts`), and `answered` goes on to the next request.
 *
 * A connection has one request at a time. What its client sends meanwhile is held, one chunk at most, and then it is not read.
 */
export class Connection extends Wire implements Carrier, SocketHandler, CoreWaiter, DeadlineOwner, IntakeOwner {
  readonly scheme: "http" | "https";
  readonly intake: Intake;
  readonly #server: ServerContext;
  readonly #deadlines: Deadlines;
  #place: WaitingPlace | null = null;
  #state: Linked<ConnectionState, ConnectionEvent> = CONNECTION_IDLE;
  #request: ActiveRequest | null = null;
  /** Heads that came. */
  #requests = 0;
  #advancing = false;
  #halfClosed = false;
  /** Its TLS handshake is under way. */
  #shaking: boolean;

  /** @param secure Whether it speaks TLS: then the handshake comes first. */
  constructor(server: ServerContext, socket: Socket, secure: boolean = false) {
    super(server.writeBuffer, socket, new Exchange(server.limits, server.dates.now, server.latin1, server.headReaders));
    this.#server = server;
    this.scheme = secure ? "https" : "http";
    this.#shaking = secure;
    this.#deadlines = new Deadlines(server, this);
    this.intake = new Intake(this, this.#deadlines);
    server.open.rest(this);
    if (secure) this.#deadlines.awaitHandshake();
    else this.#deadlines.awaitFirst();
  }

  /** Where it waits for a core; made when it first does. */
  get place(): WaitingPlace {
    return this.#place ??= new WaitingPlace(this);
  }

  get state(): ConnectionState {
    return this.#state.state;
  }

  get request(): ActiveRequest | null {
    return this.#request;
  }

  /** A stop is under way, or its client sends nothing more, or it has carried as many requests as it may. */
  protected override get isLast(): boolean {
    return this.#server.draining || this.#halfClosed || this.#requests === this.#server.keepAliveRequests;
  }

  // The socket's calls.

  secured(): void {
    this.#shaking = false;
    if (this.state === "idle") this.#deadlines.awaitFirst();
  }

  plain(socket: Socket): void {
    this.socket = socket;
    this.#shaking = false;
    this.refuse(new ProtocolError(400, "this port speaks HTTPS: write https:// in the URL"));
  }

  data(chunk: Uint8Array): void {
    // What is thrown away gives no event.
    if (this.state === "skipping") this.#deadlines.awaitMore(chunk.length);
    this.exchange.receive(chunk);
    this.#advance();
  }

  drain(): void {
    this.taken();
    this.#deadlines.written();
    if (this.state === "flushing") {
      this.#goOn("flushed");
      this.#advance();
      return;
    }
    if (this.awaitsBody) this.#deadlines.awaitMore(0);
    this.#request?.reply.drain();
  }

  end(): void {
    this.#halfClosed = true;
    this.exchange.receiveEnd();
    this.#request?.abort(new BrokenError("serve a request: the client closed its side"));
    this.#advance();
  }

  close(error: Error | null): void {
    if (this.state !== "over") this.#leave();
    this.#server.closed(this);
    const request = this.#request;
    this.#request = null;
    request?.breakOff(error ?? new BrokenError("serve a request: the connection was closed"));
  }

  // The deadlines' and the intake's questions and calls: `state`, `request`, `finish` and `refuse`, too.

  get awaitsBody(): boolean {
    return this.intake.awaitsBody;
  }

  /** Bytes are unsent past the mark: the client must take some, until `drain`. */
  watchWrites(): void {
    this.#deadlines.awaitWrites();
  }

  limited(request: ActiveRequest): void {
    this.intake.limited(request);
  }

  // From bytes to a running request.

  /** Takes what is there, as far as it goes: one request, or several pipelined ones whose answers came at once. */
  #advance(): void {
    if (this.#advancing) return;
    this.#advancing = true;
    try {
      while (this.#step());
    } catch (error) {
      if (error instanceof ProtocolError) this.refuse(error);
      else this.#giveUp(error);
    } finally {
      this.#advancing = false;
      this.socket.uncork();
      this.intake.hold();
      this.exchange.hold();
    }
    if (this.state !== "over") this.intake.update();
  }

  /** One event of the exchange. @returns Whether there may be another. */
  #step(): boolean {
    if (this.state === "stalled" || this.state === "flushing" || this.state === "over") return false;
    if (this.#awaitsHead() && this.exchange.held > 0 && this.#server.pool.full && !this.#server.sheds) return this.#stall();
    const event = this.exchange.next();
    switch (event.type) {
      case "head":
        this.#takeHead(event);
        return true;
      case "data":
        this.intake.take(event.bytes);
        return true;
      case "end":
        this.#takeEnd();
        return true;
      case "need-more":
        if (this.state === "idle" && this.exchange.held > 0) this.#startHead();
        return false;
      case "paused":
        return false;
      case "closed":
        if (this.#awaitsHead()) this.finish();
        return false;
    }
  }

  #awaitsHead(): boolean {
    return this.state === "idle" || this.state === "head";
  }

  #startHead(): void {
    this.#move(this.#state.bytes, "bytes");
    this.#deadlines.awaitHead();
  }

  #takeHead(head: HttpHead): void {
    this.#move(this.#state.headDone, "headDone");
    this.#server.open.wake(this);
    this.#requests++;
    const { framing } = head;
    const length = framing.kind === "length" ? framing.bytes : null;
    const body = framing.kind === "none" ? null : new RequestBody(length, this.intake, this.#server.copy);
    const request = new ActiveRequest(this.#server, this, head, body);
    this.#request = request;
    if (request.misdirected) throw new ProtocolError(421, "a target of another scheme than its connection's");
    if (body === null || !this.intake.begin(request, length)) return;
    const small = length !== null && length <= this.#server.postBufferingBytes && !request.bodyTooLong;
    if (!small || head.expectsContinue) this.#askForCore();
  }

  #takeEnd(): void {
    if (this.state === "skipping") {
      this.#goOn("skipped");
      return;
    }
    this.#request!.body?.end();
    if (this.state === "buffering") this.#askForCore();
  }

  #askForCore(): void {
    const { pool } = this.#server;
    const core = pool.take();
    if (core >= 0) this.granted(core);
    else if (pool.enqueue(this)) {
      this.#move(this.#state.enqueue, "enqueue");
      this.#deadlines.awaitCore();
    } else if (this.#server.sheds) this.shed();
    else this.#stall();
  }

  /** No core can be had in time: a 503 in the answer's place. */
  shed(): void {
    if (this.#place !== null) this.#server.pool.remove(this);
    this.#move(this.#state.shed, "shed");
    this.#server.shedRequests++;
    this.#deadlines.coreGranted();
    this.#request!.shed();
  }

  /** The wait queue is full: nothing is read until it has a place. */
  #stall(): false {
    this.#move(this.#state.stall, "stall");
    this.#server.pool.stall(this);
    if (this.#request === null) this.#server.open.stall(this);
    else this.#deadlines.awaitCore();
    return false;
  }

  /** The pool's word: the queue has a place. */
  proceed(): void {
    if (this.#request !== null) this.#askForCore();
    else {
      this.#move(this.#state.proceed, "proceed");
      this.#server.open.rest(this);
    }
    this.#advance();
  }

  /** The request has its core. */
  granted(core: number): void {
    this.#move(this.#state.run, "run");
    this.#deadlines.coreGranted();
    // More has come than this request: its answer and the next ones leave together.
    if (this.#advancing && this.exchange.held > 0) this.socket.cork();
    this.#request!.start(core);
  }

  // From the answer to the next request.

  /** The answer is complete, or nobody is there to take it. */
  answered(request: ActiveRequest): void {
    if (this.#request !== request) return;
    this.#request = null;
    const complete = request.body === null || request.body.complete;
    if (!complete) request.body?.fail(new ClosedError("read a request's body: its answer is complete"));
    if (this.exchange.mustClose || this.#halfClosed || !complete && !this.exchange.skipBody()) {
      this.finish();
      return;
    }
    if (!complete) {
      this.#move(this.#state.skip, "skip");
      this.#deadlines.awaitMore(0);
      this.#advance();
      return;
    }
    this.#goOn("answered", request.endedAt);
    this.#advance();
  }

  /** To the next request, once the socket holds no more than it may. The clock is read if `nowMs` is not given. */
  #goOn(event: "answered" | "skipped" | "flushed", nowMs?: number): void {
    if (this.congested) {
      this.#move(this.#state.unsent, "unsent");
      this.#deadlines.awaitWrites();
      return;
    }
    this.#move(this.#state[event], event);
    this.exchange.nextRequest();
    this.#server.open.rest(this);
    this.#deadlines.awaitRequest(nowMs);
  }

  /** Refuses what the client sent: the answer, then FIN. Nothing of the request is echoed. */
  refuse(error: ProtocolError): void {
    const request = this.#request;
    this.#request = null;
    this.#server.observer.refused?.(error.status, error.message, this.remote);
    const started = request?.reply.started === true;
    request?.breakOff(error);
    if (started) {
      this.socket.abort();
      return;
    }
    // What is wrong may be the rest of a body whose request was answered already: there is no second answer.
    if (!this.exchange.answering) this.socket.write(this.exchange.errorAnswer(error.status, error.message));
    this.finish();
  }

  /** A bug of ours costs this connection, and no other one. */
  #giveUp(error: unknown): void {
    const request = this.#request;
    this.#server.observer.appError?.(error, request);
    this.abort();
    request?.reply.clientGone(new ClosedError("serve a request: its connection failed"));
  }

  /** The last answer is out: flush, FIN, and a lingering close, unless the client has said that there is nothing to linger for. */
  finish(): void {
    this.socket.uncork();
    this.#leave();
    const isDone = this.#halfClosed || this.exchange.clientDone;
    if (isDone) this.socket.close();
    if (!isDone || this.socket.unsent > 0) new LingeringClose(this.#server, this, this.socket, isDone, this.#shaking);
  }

  /** It waits for nothing of the server's any more. */
  #leave(): void {
    this.#move(this.#state.finish, "finish");
    this.#server.open.leave(this);
    if (this.#place !== null) this.#server.pool.remove(this);
    this.#deadlines.cancel();
  }

  /** Ends the connection at once: an answer that has begun cannot be completed. */
  abort(): void {
    const request = this.#request;
    this.#request = null;
    request?.body?.fail(new ClosedError("read a request's body: its answer failed"));
    this.socket.abort();
  }

  /** A graceful stop: a connection without a request is closed gently. */
  closeIdle(): void {
    if (this.state === "idle") this.finish();
  }

  /** Another one needs its place. */
  evict(): void {
    if (this.state === "idle") this.finish();
    else this.turnAway();
  }

  /** There is no place for it: a short 503, and the end. */
  turnAway(): void {
    this.socket.write(this.exchange.errorAnswer(503, "too many connections", RETRY_SOON));
    this.finish();
  }

  /** The mercy is over: what is in flight is lost. @returns Whether a request was. */
  kill(): boolean {
    const lost = this.#request !== null;
    this.#request?.abort(new ClosedError("serve a request: the server has stopped"));
    this.socket.abort();
    return lost;
  }

  #move(next: Linked<ConnectionState, ConnectionEvent> | null, event: ConnectionEvent): void {
    this.#state = next ?? misstep("a connection", this.state, event);
  }
}
