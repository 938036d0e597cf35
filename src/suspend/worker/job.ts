import type { BodySource } from "../../contract/body.ts";
import type { CoreContext, FailureStatus, Scheduler } from "../../contract/engine.ts";
import { Waits } from "../waits.ts";
import { ChunkStream } from "./chunk_stream.ts";
import { JobSockets, overOutcome } from "./job_sockets.ts";
import { packRequest } from "./pack_request.ts";
import { packBytes, unpackBytes } from "./packed_bytes.ts";
import { packError, unpackError } from "./packed_error.ts";
import type { OfRequest, PackedAnswer, SocketOutcome, ToThread } from "./protocol.ts";
import { JOB_WAITING, type JobEvent } from "./state.ts";

/** The thread that a request has. */
export interface JobThread {
  post(message: ToThread, transfer?: readonly ArrayBuffer[]): void;
  /** The request is over, and the thread free for another one. */
  free(job: Job): void;
  /** The thread should say soon that its loop turns. */
  expect(job: Job): void;
}

/** One request of the worker engine: between its thread's messages and the server's side of it. */
export class Job {
  readonly id: number;
  readonly request: CoreContext;
  /** Of the answer's own way to its client: the app's waits are its thread's. */
  readonly waits: Waits;
  readonly #scheduler: Scheduler;
  #thread: JobThread | null = null;
  #state = JOB_WAITING;
  #stream: ChunkStream | null = null;
  /** It may go to another thread, if this one ends before it has taken it: once, and not where a body has gone along. */
  #mayReturn = true;
  #isListening = false;
  /** Null until its thread connects. */
  #sockets: JobSockets | null = null;
  /** Promises of `waitUntil` that have not settled. */
  readonly #promises = new Map<number, () => void>();

  constructor(id: number, request: CoreContext, scheduler: Scheduler) {
    this.id = id;
    this.request = request;
    this.waits = new Waits(request.task, scheduler);
    this.#scheduler = scheduler;
  }

  /** Nothing that its thread says of it matters any more. */
  get done(): boolean {
    return this.#state.state === "over" && this.#promises.size === 0;
  }

  get over(): boolean {
    return this.#state.state === "over";
  }

  /** @returns Whether the event can come. */
  #move(event: JobEvent): boolean {
    const next = this.#state[event];
    if (next === null) return false;
    this.#state = next;
    if (this.over) this.#sockets?.closeAll();
    return true;
  }

  /** Goes to a thread that has loaded its app. */
  begin(thread: JobThread): void {
    if (!this.#move("begin")) return;
    this.#thread = thread;
    const { request, id } = this;
    const { signal } = request.context;
    const [packed, transfer] = packRequest(request.incoming, request.task.core);
    thread.post({ type: "begin", id, request: packed }, transfer);
    if (transfer.length > 0) this.#mayReturn = false;
    const abort = () => this.#post({ type: "abort", id, reason: packError(signal.reason) });
    if (signal.aborted) abort();
    else if (!this.#isListening) signal.addEventListener("abort", abort, { once: true });
    this.#isListening = true;
    request.reply.onGone = (reason) => this.#post({ type: "cancel", id, reason: packError(reason) });
  }

  /** Its thread has ended, and never took it. @returns Whether it may `begin` again. */
  unbegin(): boolean {
    if (!this.#mayReturn || !this.#move("unbegin")) return false;
    this.#mayReturn = false;
    this.#thread = null;
    return true;
  }

  /**
   * Ends with its client while it waits for a thread: no app has seen it, and none is to run for nobody.
   *
   * @param left Called when it does.
   * @returns Whether its client has gone before.
   */
  leaves(left: () => void): boolean {
    const { reply } = this.request;
    const end = () => {
      left();
      this.#move("lose");
      reply.end();
    };
    reply.onGone = end;
    if (reply.closed) end();
    return reply.closed;
  }

  #post(message: ToThread, transfer?: readonly ArrayBuffer[]): void {
    if (!this.over) this.#thread?.post(message, transfer);
  }

  /** A message of its thread's. */
  heard(message: OfRequest): void {
    switch (message.type) {
      case "answer":
        return this.#answer(message);
      case "chunk":
        this.#switched(message.switches);
        this.#stream?.push(unpackBytes(message.bytes));
        return;
      case "end":
        return this.#end(message.switches);
      case "failed":
        this.#switched(message.switches);
        return this.#fail(unpackError(message.error), "end", message.status);
      case "cancelled":
        if (this.#move("cancelled")) this.#free();
        return;
      case "read":
        return this.#read(this.request.incoming.body);
      case "unread":
        return this.request.incoming.body?.cancel();
      case "told":
        return this.request.reply.tell(unpackError(message.error));
      case "logged":
        return this.request.reply.log(message.line);
      case "limitBody":
        return this.request.context.limitBody(message.bytes);
      case "harakiri":
        return this.request.context.harakiri(message.seconds);
      case "detach":
        return this.request.context.detach();
      case "ask":
        return this.#ask(message);
      case "leave":
        return this.#sockets?.leave(message.socket, message.how);
      case "standStill":
        return this.#standStill(message.ms);
      case "waitUntil":
        return this.request.context.waitUntil(new Promise<void>((resolve) => this.#promises.set(message.promise, resolve)));
      case "settled":
        this.#promises.get(message.promise)?.();
        this.#promises.delete(message.promise);
    }
  }

  /** A sleep and a suspend as of the other engines, but that a message ends it. Where a program ends within one, it is forgotten. */
  #standStill(ms: number | null): void {
    const turn = ms === null ? this.waits.giveWay() : this.waits.sleep(ms);
    // It is rejected by harakiri alone, which ends the thread.
    turn.then(() => this.#post({ type: "turn", id: this.id }), () => {});
  }

  #ask({ ask, socket, what }: OfRequest & { readonly type: "ask" }): void {
    const { id } = this;
    const tell = (outcome: SocketOutcome) => {
      const bytes = outcome.kind === "read" ? outcome.bytes : null;
      this.#thread?.post({ type: "outcome", id, ask, outcome }, bytes === null ? [] : [bytes.buffer]);
    };
    if (this.over) tell(overOutcome());
    else void (this.#sockets ??= new JobSockets(this.request.task.host)).ask(socket, what).then(tell);
  }

  #switched(switches: number): void {
    if (switches > 0) this.#scheduler.switched(this.request.task, switches);
  }

  #answer({ status, statusText, fields, body, streams, switches }: PackedAnswer): void {
    const { reply } = this.request;
    this.#switched(switches);
    if (!streams) {
      if (!this.#move("answer")) return;
      this.#free();
      reply.send({ status, statusText, fields, body: body === null || typeof body === "string" ? body : unpackBytes(body) });
      return;
    }
    if (!this.#move("stream")) return;
    reply.onGone = null;
    this.#stream = new ChunkStream({
      taken: (chunks) => this.#post({ type: "taken", id: this.id, chunks }),
      cancelled: (reason) => this.#cancel(reason),
    });
    reply.send({ status, statusText, fields, body: this.#stream.readable });
  }

  /** Its program is to end where it waits. */
  stop(reason: Error): void {
    this.#post({ type: "cancel", id: this.id, reason: packError(reason) });
  }

  #cancel(reason: unknown): void {
    this.#post({ type: "cancel", id: this.id, reason: packError(reason) });
    if (this.#move("cancel")) this.#thread?.expect(this);
  }

  #end(switches: number): void {
    const stream = this.#stream;
    this.#switched(switches);
    if (!this.#move("end")) return;
    this.waits.forget();
    this.#free();
    if (stream === null) this.request.reply.end();
    else stream.end();
  }

  /** The thread has died with it, or is about to be ended for it. */
  lose(error: Error): void {
    for (const settle of this.#promises.values()) settle();
    this.#promises.clear();
    this.#fail(error, "lose");
  }

  #fail(error: Error, event: "end" | "lose", status: FailureStatus = 500): void {
    const stream = this.#stream;
    if (!this.#move(event)) return;
    this.waits.forget();
    if (event === "end") this.#free();
    if (stream === null) this.request.reply.fail(error, status);
    else stream.fail(error);
  }

  #free(): void {
    this.#thread?.free(this);
  }

  #read(body: BodySource | null): void {
    const { id } = this;
    // After the answer too, for what the app has left running: it would wait for ever.
    const give = (bytes: Uint8Array | null) => {
      const chunk = bytes === null ? null : packBytes(bytes);
      this.#thread?.post({ type: "body", id, chunk }, chunk === null ? [] : [chunk.buffer]);
    };
    const fail = (error: unknown) => this.#thread?.post({ type: "bodyFailed", id, error: packError(error) });
    const read = body === null ? null : body.read();
    if (read instanceof Promise) read.then(give, fail);
    else give(read);
  }
}
