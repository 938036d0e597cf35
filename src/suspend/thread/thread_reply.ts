import type { AnswerParts, CoreTask, FailureStatus, Reply } from "../../contract/engine.ts";
import { enterCore } from "../../core/current.ts";
import { headToStart, type PendingHead, pendingHead } from "../../http/pending_head.ts";
import { respondBy } from "../../http/response.ts";
import { packBytes } from "../worker/packed_bytes.ts";
import { packError } from "../worker/packed_error.ts";
import { CHUNKS_AHEAD, type OfRequest } from "../worker/protocol.ts";

/** Who takes an answer to the main thread. */
export interface ReplySender {
  readonly id: number;
  readonly task: CoreTask;
  /** Switches that nobody was told of, which are told now. */
  takeSwitches(): number;
  post(message: OfRequest, transfer?: readonly ArrayBuffer[]): void;
}

const encoder = new TextEncoder();

/**
 * A request's answer on its way out of its thread. Bytes are copied once, for an app may keep what it gives, and the copy is transferred. A stream goes chunk
 * by chunk, at most `CHUNKS_AHEAD` ahead of what was taken.
 */
export class ThreadReply implements Reply {
  readonly #sender: ReplySender;
  #room = CHUNKS_AHEAD;
  #pending: PendingHead | null = null;
  #started = false;
  #over = false;
  #gone = false;
  #drained: (() => void) | null = null;
  onGone: ((reason: Error) => void) | null = null;

  constructor(sender: ReplySender) {
    this.#sender = sender;
  }

  get closed(): boolean {
    return this.#over || this.#gone;
  }

  respond(response: Response): void {
    if (this.closed) return this.#discard(response?.body);
    respondBy(this, response);
  }

  send(parts: AnswerParts): void {
    const { body } = parts;
    if (body instanceof ReadableStream) {
      if (this.closed) return this.#discard(body);
      this.#postHead(parts, true, null);
      void this.#pump(body.getReader());
    } else if (this.closed) this.end();
    else {
      this.#over = true;
      this.#postHead(parts, false, body);
    }
  }

  start(status: number, statusText: string, fields: ReadonlyArray<readonly [string, string]>): void {
    this.#pending = pendingHead(this.#pending !== null || this.#started, status, statusText, fields);
  }

  write(chunk: string | Uint8Array): boolean {
    if (this.closed) return true;
    this.#startNow();
    this.#postChunk(typeof chunk === "string" ? encoder.encode(chunk) : new Uint8Array(chunk));
    return this.#room > 0;
  }

  flush(): void {}

  drained(callback: () => void): void {
    if (this.closed || this.#room > 0) callback();
    else this.#drained = callback;
  }

  end(): void {
    if (this.#over) return;
    try {
      if (!this.#gone) this.#startNow();
    } catch (error) {
      this.fail(error);
      return;
    }
    this.#over = true;
    const { id } = this.#sender;
    this.#sender.post({ type: "end", id, switches: this.#sender.takeSwitches() });
  }

  fail(error: unknown, status: FailureStatus = 500): void {
    if (this.#over) return;
    this.#over = true;
    const { id } = this.#sender;
    this.#sender.post({ type: "failed", id, error: packError(error), status, switches: this.#sender.takeSwitches() });
  }

  log(line: string): void {
    this.#sender.post({ type: "logged", id: this.#sender.id, line });
  }

  tell(error: unknown): void {
    this.#sender.post({ type: "told", id: this.#sender.id, error: packError(error) });
  }

  /** So many chunks were taken. */
  taken(chunks: number): void {
    this.#room += chunks;
    this.#drain();
  }

  /** Nobody wants what is left. */
  cancel(reason: Error): void {
    if (this.closed) return;
    this.#gone = true;
    if (this.onGone !== null) enterCore(this.#sender.task, this.onGone, reason);
    this.#drain();
  }

  #startNow(): void {
    if (this.#started) return;
    this.#postHead(headToStart(this.#pending), true, null);
  }

  #postHead({ status, statusText, fields }: PendingHead, streams: boolean, content: string | Uint8Array | null): void {
    this.#started = true;
    const body = typeof content === "string" || content === null ? content : packBytes(new Uint8Array(content));
    const transfer = typeof body === "string" || body === null ? [] : [body.buffer];
    const { id } = this.#sender;
    const switches = this.#sender.takeSwitches();
    this.#sender.post({ type: "answer", id, status, statusText, fields: [...fields], streams, body, switches }, transfer);
  }

  /** @param chunk Its buffer is nobody else's. */
  #postChunk(chunk: Uint8Array): void {
    this.#room--;
    const bytes = packBytes(chunk);
    this.#sender.post({ type: "chunk", id: this.#sender.id, bytes, switches: this.#sender.takeSwitches() }, [bytes.buffer]);
  }

  #drain(): void {
    const callback = this.#drained;
    this.#drained = null;
    callback?.();
  }

  /** By awaits, which keep the core's context around the app's `pull`. */
  async #pump(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<void> {
    this.onGone = (reason) => {
      reader.cancel(reason).catch((error: unknown) => {
        if (error !== reason) this.tell(error);
      });
    };
    try {
      for (;;) {
        if (this.#room === 0) await new Promise<void>((resolve) => this.drained(resolve));
        if (this.closed) break;
        const { done, value } = await reader.read();
        if (done || this.closed) break;
        this.#postChunk(copyOf(value));
      }
      this.end();
    } catch (error) {
      reader.cancel(error).catch(() => {});
      this.fail(error);
    }
  }

  #discard(body: ReadableStream | null | undefined): void {
    if (body?.locked === false) body.cancel().catch((error: unknown) => this.tell(error));
    this.end();
  }
}

function copyOf(chunk: unknown): Uint8Array<ArrayBuffer> {
  if (chunk instanceof Uint8Array) return new Uint8Array(chunk);
  throw new TypeError(`send a chunk of a response's stream: it is a value of type ${typeof chunk}; the stream must give Uint8Arrays`);
}
