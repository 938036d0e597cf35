import type { FailureStatus, Reply } from "../contract/engine.ts";
import type { FilePart } from "../contract/files.ts";
import type { RequestRecord } from "../contract/observer.ts";
import { enterCore } from "../core/current.ts";
import { BrokenError, ClosedError, HarakiriError, ProtocolError } from "../errors.ts";
import { TEXT_FIELDS } from "../http/common_fields.ts";
import { respondBy, type ResponseParts } from "../http/response.ts";
import { BodyLengthError } from "../http/framing.ts";
import { headToStart, type PendingHead, pendingHead } from "../http/pending_head.ts";
import { MOST_FILE_BYTES } from "../static/cached_folder.ts";
import { filePartOf } from "../static/file_stream.ts";
import type { ActiveRequest } from "./active_request.ts";
import { hasNoBody, sendStream } from "./answer_stream.ts";
import { sendFile } from "./file_transfer.ts";
import { sendSmallFile } from "./small_file.ts";

/** An answer whose app says nothing of why it failed: its text. */
const FAILED: Readonly<Record<FailureStatus, string>> = { 500: "Internal Server Error", 502: "Bad Gateway", 503: "Service Unavailable" };

/**
 * One request's answer, from what the app gives to the bytes on the socket. It leaves whole (head and body in one write) or as a
 * stream (`start`, `write`, `end`); after its end, or once the client has gone, everything is taken and dropped.
 */
export class Answer implements Reply {
  readonly #request: ActiveRequest;
  #pending: PendingHead | null = null;
  #status = 0;
  #fields = 0;
  #headBytes = 0;
  #bodyBytes = 0;
  #finished = false;
  /** The client has gone, or the connection was given up. */
  #gone = false;
  #detached = false;
  #offloaded = false;
  /** It counts for `--offload`. */
  #transfers = false;
  #drained: (() => void) | null = null;
  /** Within `giveUp`. */
  #givingUp = false;
  /** Called once if the client goes in mid-stream. */
  onGone: ((reason: Error) => void) | null = null;

  constructor(request: ActiveRequest) {
    this.#request = request;
  }

  /** The head has left. */
  get started(): boolean {
    return this.#status !== 0;
  }

  /** The last byte is with the socket, or nothing more will be. */
  get finished(): boolean {
    return this.#finished;
  }

  get closed(): boolean {
    return this.#finished || this.#gone;
  }

  respond(response: Response): void {
    if (this.closed) return this.#discard(response?.body);
    respondBy(this, response);
  }

  send(parts: ResponseParts): void {
    const { status, statusText, fields, body } = parts;
    if (body instanceof ReadableStream) {
      if (this.closed) this.#discard(body);
      else this.#sendStream(parts, body);
      return;
    }
    if (this.closed) return this.#finish();
    try {
      this.#sendWhole(status, statusText, fields, body);
    } catch (error) {
      this.fail(error);
    }
  }

  /** What stands for a file is read from the file: by the runtime's own server, where that can, or else here. */
  #sendStream(parts: ResponseParts, stream: ReadableStream<Uint8Array>): void {
    const part = hasNoBody(this.#request.method, parts.status) ? null : filePartOf(stream);
    if (part === null) sendStream(this.#request, parts, stream);
    else if (this.#handOver(parts, part)) return;
    else if (this.#request.connection.losesLength === true && part.end - part.start <= MOST_FILE_BYTES) {
      void sendSmallFile(this, parts, part);
    } else sendFile(this.#request, parts, part);
  }

  /** Nobody will read this answer: its stream's source is told so. */
  #discard(body: ReadableStream | null | undefined): void {
    if (body?.locked === false) body.cancel().catch((error: unknown) => this.tell(error));
    this.#finish();
  }

  start(status: number, statusText: string, fields: Iterable<readonly [string, string]>): void {
    this.#pending = pendingHead(this.#pending !== null || this.started, status, statusText, fields);
  }

  /** @param more Another chunk may be there at once: this one waits for it, or for `flush`, so that they leave in one write. */
  write(chunk: string | Uint8Array, more: boolean = false): boolean {
    if (this.closed) return true;
    const { connection } = this.#request;
    // A chunk's framing leaves with it: three system calls for one would triple what a chunk of 16 KiB costs.
    connection.cork();
    try {
      if (!this.started) this.startNow();
      connection.sendData(chunk);
      this.#bodyBytes += connection.sentDataBytes;
    } finally {
      if (!more || connection.congested) connection.uncork();
    }
    // Not before: what leaves at the uncork is not the client's progress.
    if (!connection.congested) return true;
    connection.watchWrites();
    return false;
  }

  /**
   * A piece of a body whose head has left: it leaves by itself. As it is long, and of a body of known length, there is nothing to put it together with.
   *
   * @returns False if the client has to take some first, and `drained` tells.
   */
  writeAlone(chunk: Uint8Array): boolean {
    const { connection } = this.#request;
    connection.sendData(chunk);
    this.#bodyBytes += connection.sentDataBytes;
    if (!connection.congested) return true;
    connection.watchWrites();
    return false;
  }

  /** Sends what waits for more. */
  flush(): void {
    if (!this.closed) this.#request.connection.uncork();
  }

  /** Sends a head that waits for its first chunk: an event stream's may be long in coming. */
  startNow(): void {
    const head = headToStart(this.#pending);
    if (this.closed || this.started) return;
    this.#request.connection.sendHead(head.status, head.statusText, head.fields);
    this.#sentHead(head.status);
    if (this.#detached) this.#offload();
  }

  drained(callback: () => void): void {
    if (this.closed || !this.#request.connection.congested) callback();
    else this.#drained = callback;
  }

  /** The socket takes more. */
  drain(): void {
    const callback = this.#drained;
    this.#drained = null;
    callback?.();
  }

  end(): void {
    if (!this.closed) {
      try {
        if (!this.started) {
          const head = this.#pending;
          if (head === null) throw new TypeError("end an answer: the app gave no head; call startResponse(status, fields) first");
          this.#sendWhole(head.status, head.statusText, head.fields, null);
          return;
        }
        const { connection } = this.#request;
        connection.sendEnd();
        connection.uncork();
      } catch (error) {
        this.fail(error);
        return;
      }
    }
    this.#finish();
  }

  /** Head and body in one write, with the body's length. */
  sendWhole(parts: PendingHead, body: Uint8Array | null): void {
    try {
      this.#sendWhole(parts.status, parts.statusText, parts.fields, body);
    } catch (error) {
      this.fail(error);
    }
  }

  #sendWhole(status: number, statusText: string, fields: Iterable<readonly [string, string]>, body: string | Uint8Array | null): void {
    const { connection, body: requestBody } = this.#request;
    if (requestBody !== null && !requestBody.complete) connection.forgoBody();
    this.#bodyBytes = connection.sendWhole(status, statusText, fields, body);
    this.#sentHead(status);
    this.#finish();
  }

  /** A file that the runtime sends by itself: heddle has done its part with the head. @returns False if it does not. */
  #handOver({ status, statusText, fields }: ResponseParts, part: FilePart): boolean {
    const { connection, server, core, holdsCore } = this.#request;
    if (connection.sendFile === undefined) return false;
    try {
      if (!connection.sendFile(status, statusText, fields, part)) return false;
    } catch (error) {
      this.fail(error);
      return true;
    }
    this.#bodyBytes = part.end - part.start;
    this.#sentHead(status);
    if (holdsCore) server.table.countOffloaded(core);
    this.#finish();
    return true;
  }

  #sentHead(status: number): void {
    const { sentHeadBytes, sentFields } = this.#request.connection;
    this.#status = status;
    this.#headBytes = sentHeadBytes;
    this.#fields = sentFields;
  }

  fail(error: unknown, status: FailureStatus = 500): void {
    const { server, core, lost } = this.#request;
    if (this.#finished && !lost) return;
    if (this.tell(error)) server.table.countException(core);
    if (this.#finished) return this.#finish();
    if (!this.#gone) {
      if (this.started) {
        this.flush();
        this.#request.connection.abort();
      } else {
        if (error instanceof BodyLengthError) this.#request.connection.closeAfter();
        this.#sendWhole(status, FAILED[status], TEXT_FIELDS, FAILED[status]);
      }
    }
    this.#finish();
  }

  /** Harakiri: a 504 in the app's place, or the end of an answer that has begun. The handler has not settled. */
  giveUp(reason: HarakiriError): void {
    if (this.started) {
      this.#request.connection.abort();
      this.clientGone(reason);
    } else if (!this.#gone) {
      this.#givingUp = true;
      this.#sendWhole(504, "", TEXT_FIELDS, "Gateway Timeout");
      this.#givingUp = false;
    }
  }

  log(line: string): void {
    this.#request.server.observer.programLine?.(line, this.#request);
  }

  /** @returns Whether it was news. */
  tell(error: unknown): boolean {
    if ((this.#gone || this.#request.aborted) && saysGone(error)) return false;
    this.#request.server.observer.appError?.(error, this.#request);
    return true;
  }

  /** The client has gone, or the connection is given up: the app's stream is cancelled and what waits is woken. */
  clientGone(reason: Error): void {
    if (this.closed) return;
    this.#gone = true;
    if (this.onGone !== null) enterCore(this.#request.task, this.onGone, reason);
    this.drain();
  }

  /** From the head on, the answer goes on without its core. */
  detach(): void {
    this.#detached = true;
    if (this.started && !this.#finished) this.#offload();
  }

  /**
   * A file's answer: from the head on it goes on without its core, as many as `--offload` allows. One more keeps its core: then the cores are the bound, and
   * the wait queue stands behind them; nothing is refused.
   */
  transfer(): void {
    const { server } = this.#request;
    if (this.closed || server.transfers >= server.mostTransfers) return;
    this.#transfers = true;
    server.transfers++;
    this.detach();
  }

  #offload(): void {
    if (!this.#request.holdsCore) return;
    this.#offloaded = true;
    this.#request.server.offloaded++;
    this.#request.server.table.countOffloaded(this.#request.core);
    this.#request.releaseCore();
  }

  #finish(): void {
    if (!this.#finished) this.#complete();
    if (!this.#givingUp) this.#request.settle();
  }

  #complete(): void {
    this.#finished = true;
    const request = this.#request;
    if (request.core >= 0) request.server.table.countBytes(request.core, this.#headBytes + this.#bodyBytes);
    request.finish();
    if (this.#offloaded) request.server.offloaded--;
    if (this.#transfers) request.server.transfers--;
    request.server.observer.request?.(this.#record());
    request.connection.answered(request);
  }

  #record(): RequestRecord {
    const { server, remote, head, core, startedAt, endedAt, switches } = this.#request;
    const durationMs = endedAt - startedAt;
    return {
      remote,
      method: head.method,
      target: head.target,
      protocol: head.protocol,
      status: this.#status,
      requestFields: head.fields.count,
      requestHeadBytes: head.bytes,
      bodyBytes: this.#bodyBytes,
      headBytes: this.#headBytes,
      fields: this.#fields,
      startedAt: server.clock.wallTime() - durationMs,
      durationMs,
      switches,
      core,
      aborted: this.#gone,
      field: (name) => head.fields.first(name),
    };
  }
}

/** What an app's signal, its body's reads and its waits say of a client that has gone, and of a request that was given up. */
const GONE = [BrokenError, ClosedError, HarakiriError, ProtocolError] as const;

/**
 * An app hears that nobody waits for its answer by errors of heddle's own, the signal's reason and what its body's reads reject with, and by the
 * `AbortError` of whatever it gave its signal to. It may throw them on.
 */
function saysGone(error: unknown): boolean {
  try {
    return GONE.some((kind) => error instanceof kind) || error instanceof Error && error.name === "AbortError";
  } catch {
    // An app may throw anything: an object whose getters throw, too.
    return false;
  }
}
