import type { Socket } from "../contract/socket.ts";
import { ProtocolError } from "../errors.ts";
import type { Exchange } from "../http/exchange.ts";
import type { ActiveRequest } from "./active_request.ts";
import type { Deadlines } from "./deadlines.ts";
import type { BodyOwner, RequestBody } from "./request_body.ts";
import type { ConnectionState } from "./state.ts";

/** Whose bytes are taken in: a connection. */
export interface IntakeOwner {
  readonly state: ConnectionState;
  readonly socket: Socket;
  readonly exchange: Exchange;
  /** The one that comes, waits or runs. */
  readonly request: ActiveRequest | null;
  /** Answers with the error, and ends it. */
  refuse(error: ProtocolError): void;
}

/**
 * How much of what a client sends is taken in, and when: it stops reading the socket once enough is held, has the client go on with a body when the
 * app reads it, and holds the body to what it may have.
 */
export class Intake implements BodyOwner {
  readonly #owner: IntakeOwner;
  readonly #deadlines: Deadlines;
  #reading = true;
  /** The body that has borrowed bytes, until `hold`. */
  #lent: RequestBody | null = null;

  constructor(owner: IntakeOwner, deadlines: Deadlines) {
    this.#owner = owner;
    this.#deadlines = deadlines;
  }

  /** It is the client's turn to send some of a body. Not where it waits for a `100 Continue` that the app has not asked for. */
  get awaitsBody(): boolean {
    if (!this.#reading) return false;
    const { state, request } = this.#owner;
    if (state === "skipping") return true;
    if (request === null || request.body === null || request.body.complete) return false;
    return !request.body.cancelled && (request.body.touched || !request.head.expectsContinue);
  }

  /** Reads the socket, or stops, by what is held. */
  update(): void {
    this.#read(!this.#holdsEnough());
  }

  /** A head with a body came. @returns False if that is longer than any app may allow: the exchange's next event is the 413. */
  begin(request: ActiveRequest, length: number | null): boolean {
    const { exchange } = this.#owner;
    const most = request.server.bodyMostBytes;
    this.#deadlines.awaitBody(this.#reading);
    if (length !== null && length > most) return false;
    // The app may allow as much, and must before it reads: until then it is the high-water mark that bounds what is held.
    exchange.bodyLimit = most;
    return true;
  }

  /** Some of the request's body came: borrowed bytes, which the body has until `hold`. */
  take(bytes: Uint8Array): void {
    const { request, exchange } = this.#owner;
    const body = request?.body ?? null;
    if (body !== this.#lent) this.hold();
    this.#lent = body;
    // What runs to the end of what came is the last of it that anybody uses.
    body?.push(bytes, request!.server.givesChunks && exchange.held === 0);
    this.#deadlines.awaitMore(bytes.length);
  }

  /** Borrowed bytes go back: the body copies what it has of them still. */
  hold(): void {
    this.#lent?.hold();
    this.#lent = null;
  }

  /** The app says how long the body of its request may be. */
  limited(request: ActiveRequest): void {
    const { body, bodyLimit } = request;
    if (this.#owner.request !== request || body === null) return;
    if (request.bodyTooLong) this.#refuse(bodyLimit);
    else if (!body.complete) this.#owner.exchange.bodyLimit = bodyLimit;
  }

  wanted(body: RequestBody): void {
    const { request, exchange, socket } = this.#owner;
    // An app may read of a body whose request was answered long ago.
    if (request?.body !== body) return;
    if (request.bodyTooLong) return this.#refuse(request.bodyLimit);
    if (!body.complete) exchange.bodyLimit = request.bodyLimit;
    if (exchange.awaitsContinue) {
      socket.write(exchange.sendInformational(100, []));
      this.#deadlines.awaitBody(this.#reading);
    } else if (!body.complete) this.#deadlines.awaitMore(0);
  }

  hungry(body: RequestBody): void {
    if (this.#owner.request?.body !== body) return;
    this.update();
    this.#deadlines.awaitMore(0);
  }

  unwanted(body: RequestBody): void {
    if (this.#owner.request?.body !== body) return;
    this.#owner.exchange.closeAfter();
    this.#read(false);
  }

  #refuse(limit: number): void {
    this.#owner.refuse(new ProtocolError(413, `a body of more than ${limit} bytes`));
  }

  /** While a request waits or runs one read stays armed, so that a client that goes is noticed; once bytes are held there is none. */
  #holdsEnough(): boolean {
    const { state, request, exchange } = this.#owner;
    const body = request?.body ?? null;
    // What is taken in before its request asks for a core has a bound of its own, `postBufferingBytes`, and nobody reads it yet.
    if (body !== null && !body.complete) return state !== "buffering" && body.full || body.cancelled;
    if (state === "stalled" || state === "flushing") return true;
    return request !== null && exchange.held > 0;
  }

  #read(reading: boolean): void {
    if (this.#reading === reading) return;
    this.#reading = reading;
    this.#deadlines.setReading(reading);
    if (reading) this.#owner.socket.resume();
    else this.#owner.socket.pause();
  }
}
