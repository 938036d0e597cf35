import { enterCore } from "../core/current.ts";
import type { ResponseParts } from "../http/response.ts";
import type { ActiveRequest } from "./active_request.ts";

/**
 * Turns of the microtask queue that a stream's first chunks get before the head leaves without them. A string or bytes of a native
 * Response come within these (seen: 1 on Bun, up to 3 on Node and Deno), and so leave whole, with their length, in one write.
 */
const PATIENCE = 4;

/** Chunks that a stream sends in one slice: at 3 us a chunk a suspend (under 1 us) is then lost in the noise, and a slice stays short. */
const CHUNKS_A_SLICE = 16;

const SETTLED = Promise.resolve();

type Reader = ReadableStreamDefaultReader<Uint8Array>;

/**
 * Sends an answer whose body is a stream: one chunk a read, each waiting for the socket to have room, so that the app's source is pulled no faster
 * than the client takes. The app's `pull` runs inside of its core.
 */
export function sendStream(request: ActiveRequest, parts: ResponseParts, stream: ReadableStream<Uint8Array>): void {
  enterCore(request.task, (pump) => pump.start(), new Pump(request, parts, stream.getReader()));
}

/** One answer in callbacks that live as long as it: an async function allocates for each chunk. */
class Pump {
  readonly #request: ActiveRequest;
  readonly #parts: ResponseParts;
  readonly #reader: Reader;
  /** The first chunk, until it is known whether it is the only one: then head and chunk leave whole. */
  #first: Uint8Array | null = null;
  #chunks = 0;
  #reading = false;
  /** Turns that the read under way has had. */
  #turns = 0;
  #counting = false;
  /** What it failed with. */
  #failure: unknown;

  constructor(request: ActiveRequest, parts: ResponseParts, reader: Reader) {
    this.#request = request;
    this.#parts = parts;
    this.#reader = reader;
  }

  start(): void {
    const { method, reply } = this.#request;
    const { status, statusText, fields } = this.#parts;
    reply.onGone = (reason) => this.#cancel(reason);
    try {
      if (hasNoBody(method, status)) {
        this.#cancel();
        reply.sendWhole(this.#parts, null);
        return;
      }
      reply.start(status, statusText, fields);
      if (isEventStream(fields)) this.#request.detach();
      this.#read();
    } catch (error) {
      this.#fail(error);
    }
  }

  readonly #read = (): void => {
    if (this.#request.reply.closed) return this.#request.reply.end();
    this.#reading = true;
    this.#turns = 0;
    this.#reader.read().then(this.#took, this.#fail);
    if (this.#counting) return;
    this.#counting = true;
    SETTLED.then(this.#count);
  };

  /** One count goes from read to read while they come soon. */
  readonly #count = (): void => {
    this.#counting = this.#reading && this.#turns++ < PATIENCE;
    if (this.#counting) SETTLED.then(this.#count);
    else if (this.#reading) this.#lose();
  };

  /** The next chunk is long in coming: what is there leaves without it. */
  #lose(): void {
    const { reply } = this.#request;
    try {
      if (this.#first !== null) this.#sendFirst(this.#first);
      else if (!reply.started) reply.startNow();
      reply.flush();
    } catch (error) {
      this.#fail(error);
    }
  }

  readonly #took = ({ done, value }: { readonly done: boolean; readonly value?: Uint8Array }): void => {
    const { reply } = this.#request;
    this.#reading = false;
    try {
      const first = this.#first;
      if (done) {
        if (first !== null) reply.sendWhole(this.#parts, first);
        else reply.end();
        return;
      }
      const chunk = bytesOf(value);
      if (this.#chunks === 0 && !reply.started) {
        this.#chunks = 1;
        this.#first = chunk;
        this.#read();
        return;
      }
      if (first !== null) this.#sendFirst(first);
      // The first one may have been large, or may have left while this one was read.
      if (this.#request.connection.congested) this.#whenTaken(() => this.#send(chunk));
      else this.#send(chunk);
    } catch (error) {
      this.#fail(error);
    }
  };

  #sendFirst(first: Uint8Array): void {
    this.#first = null;
    this.#request.reply.write(first, true);
  }

  /**
   * Sends one chunk. Past the high-water mark the request gives way until its client has taken what is unsent; and now and then it
   * gives way all the same, for a source that is always ready and a client that takes all would leave the event loop no turn.
   */
  #send(chunk: Uint8Array): void {
    const { reply, server } = this.#request;
    this.#chunks++;
    if (!reply.write(chunk, true)) this.#whenTaken(this.#read);
    else if (this.#chunks % CHUNKS_A_SLICE !== 0) this.#read();
    else {
      if (!server.scheduler.hold(this.#request.task)) reply.flush();
      this.#giveWay().then(this.#read, this.#fail);
    }
  }

  readonly #giveWay = (): Promise<void> => this.#request.task.engine.giveWay(this.#request.task);

  /** By promises, which keep the core's context. */
  #whenTaken(next: () => void): void {
    const { reply, server } = this.#request;
    server.scheduler.sending(this.#request.task);
    new Promise<void>((resolve) => reply.drained(resolve)).then(this.#giveWay).then(next).catch(this.#fail);
  }

  readonly #fail = (error: unknown): void => {
    this.#reading = false;
    this.#failure = error;
    this.#cancel(error);
    this.#request.reply.fail(error);
  };

  /** Tells what the app's `cancel` throws; but a stream that has failed answers with its failure, which is told by whoever reads or fails. */
  #cancel(reason?: unknown): void {
    this.#reader.cancel(reason).catch((error: unknown) => {
      if (error !== reason && error !== this.#failure) this.#request.reply.tell(error);
    });
  }
}

/** RFC 9110 sections 9.3.2, 15.3.5 and 15.4.5. */
export function hasNoBody(method: string, status: number): boolean {
  return method === "HEAD" || status === 204 || status === 304;
}

function isEventStream(fields: ResponseParts["fields"]): boolean {
  for (const [name, value] of fields) {
    if (name.toLowerCase() === "content-type") return value.toLowerCase().startsWith("text/event-stream");
  }
  return false;
}

function bytesOf(chunk: unknown): Uint8Array {
  if (chunk instanceof Uint8Array) return chunk;
  throw new TypeError(`send a chunk of a response's stream: it is a value of type ${typeof chunk}; the stream must give Uint8Arrays`);
}
