import type { LoopBody } from "../contract/loop.ts";
import { BrokenError, ProtocolError } from "../errors.ts";
import type { ActiveRequest } from "./active_request.ts";
import type { Deadlines } from "./deadlines.ts";
import type { BodyOwner, RequestBody } from "./request_body.ts";

/** Whose body is taken in. */
export interface LoopIntakeOwner {
  /** Null once it is answered. */
  readonly request: ActiveRequest | null;
  /** All of the body has come. */
  bodyDone(): void;
  /** The rest of the body will not come, and whoever reads it knows. */
  bodyBroken(): void;
  /** Answers with the error. */
  refuse(error: ProtocolError): void;
}

/** Pulls a request's body from its loop engine: what is taken in before a core is there, and, from the app's first read on, no more than it may hold. */
export class LoopIntake implements BodyOwner {
  readonly #owner: LoopIntakeOwner;
  readonly #source: LoopBody;
  readonly #deadlines: Deadlines;
  readonly #givesChunks: boolean;
  #pulling = false;

  constructor(owner: LoopIntakeOwner, source: LoopBody, deadlines: Deadlines, givesChunks: boolean) {
    this.#owner = owner;
    this.#source = source;
    this.#deadlines = deadlines;
    this.#givesChunks = givesChunks;
  }

  /** The client must send something. */
  get awaitsBody(): boolean {
    return this.#pulling && this.#owner.request?.body?.cancelled === false;
  }

  /** Takes the body in. */
  begin(): void {
    const { request } = this.#owner;
    if (request !== null && request.body !== null) this.#pull(request, request.body);
  }

  limited(request: ActiveRequest): void {
    if (this.#owner.request === request && request.bodyTooLong) this.#refuse(request.bodyLimit);
  }

  wanted(body: RequestBody): void {
    const { request } = this.#owner;
    if (request?.body !== body) return;
    if (request.bodyTooLong) this.#refuse(request.bodyLimit);
    else this.#pull(request, body);
  }

  hungry(body: RequestBody): void {
    const { request } = this.#owner;
    if (request?.body === body) this.#pull(request, body);
  }

  unwanted(body: RequestBody): void {
    if (this.#owner.request?.body !== body) return;
    this.#deadlines.setReading(false);
    this.#source.cancel();
  }

  /** Nobody reads the rest. */
  forgo(): void {
    this.#source.cancel();
  }

  #refuse(limit: number): void {
    this.#owner.refuse(new ProtocolError(413, `a body of more than ${limit} bytes`));
  }

  #pull(request: ActiveRequest, body: RequestBody): void {
    if (this.#pulling || body.complete || body.cancelled) return;
    this.#pulling = true;
    this.#deadlines.awaitBody(true);
    this.#run(request, body).catch((error: unknown) => {
      body.fail(error instanceof BrokenError ? error : new BrokenError("read a request's body: it broke off", { cause: error }));
      if (this.#owner.request === request) this.#owner.bodyBroken();
    });
  }

  #rest(): void {
    this.#pulling = false;
    this.#deadlines.setReading(false);
  }

  /** Until it holds enough, or there is no more, or nobody wants it. */
  async #run(request: ActiveRequest, body: RequestBody): Promise<void> {
    try {
      while (!body.cancelled && (!body.full || !body.touched)) {
        const chunk = await this.#source.read();
        if (this.#owner.request !== request) return;
        if (chunk === null) return body.end();
        if (body.received + chunk.length > request.bodyLimit) return this.#refuse(request.bodyLimit);
        body.push(chunk, this.#givesChunks);
        body.hold();
        this.#deadlines.awaitMore(chunk.length);
      }
    } finally {
      // In the same turn: who reads next must find it at rest, and begin again.
      this.#rest();
      if (body.complete && this.#owner.request === request) this.#owner.bodyDone();
    }
  }
}
