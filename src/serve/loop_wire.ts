import type { FilePart } from "../contract/files.ts";
import type { LoopExchange } from "../contract/loop.ts";
import { AnswerHead } from "../http/answer_head.ts";
import { FieldText } from "../http/field_text.ts";
import { Framing } from "../http/framing.ts";
import { OpenCarrier } from "./open_carrier.ts";
import type { WriteBuffer } from "./write_buffer.ts";

const encoder = new TextEncoder();

type Fields = Iterable<readonly [string, string]>;

/**
 * The half of a loop engine's exchange that a `Carrier` sends with: the same checks as on our own sockets, before the runtime sees an answer. What is
 * counted is what heddle gives; the runtime adds fields of its own, such as `date`, and the framing.
 */
export abstract class LoopWire extends OpenCarrier {
  /** What is there in a socket's place. */
  readonly socket: LoopExchange;
  sentFields = 0;
  sentHeadBytes = 0;
  sentDataBytes = 0;
  /** Of all of the answer. */
  sentBytes = 0;
  /** An answer has been begun, so that there can be no other. */
  answering = false;
  #closes = false;
  readonly #framing = new Framing();

  constructor(writeBuffer: WriteBuffer, exchange: LoopExchange) {
    super(writeBuffer);
    this.socket = exchange;
  }

  /** The answer under way says `Connection: close`. */
  protected abstract get isLast(): boolean;

  /** Whose bytes a `WriteWatch` counts. */
  get exchange(): { readonly sentBytes: number } {
    return this;
  }

  sendWhole(status: number, statusText: string, fields: Fields, body: string | Uint8Array | null): number {
    const { method } = this.socket.head;
    const bytes = typeof body === "string" ? encoder.encode(body) : body;
    const head = this.#headOf(status, statusText, fields, bytes === null && method === "HEAD" ? null : bytes?.length ?? 0);
    const sent = bytes === null || head.isBodiless ? 0 : bytes.length;
    this.sentBytes += sent;
    this.socket.respond(head, sent === 0 ? null : bytes);
    return sent;
  }

  sendFile(status: number, statusText: string, fields: Fields, part: FilePart): boolean {
    const { socket } = this;
    const file = socket.takeFile?.(part, status) ?? null;
    if (file === null) return false;
    try {
      const head = this.#headOf(status, statusText, fields, part.end - part.start);
      this.sentBytes += part.end - part.start;
      socket.respondFile!({ ...head, close: head.close || file.isLast }, file);
    } catch (error) {
      file.release();
      throw error;
    }
    return true;
  }

  get losesLength(): boolean {
    return this.socket.losesLength === true;
  }

  sendHead(status: number, statusText: string, fields: Fields): void {
    this.socket.start(this.#headOf(status, statusText, fields, null));
  }

  #headOf(status: number, statusText: string, fields: Fields, length: number | null) {
    const answer = AnswerHead.of(status, statusText, fields);
    const { method } = this.socket.head;
    const contentLength = this.#framing.begin({ method, minor: 1, close: false }, status, answer.contentLength, length);
    const isBodiless = this.#framing.kind === "none";
    const ownLines = contentLength === null ? "" : `content-length: ${contentLength}\r\n`;
    this.answering = true;
    this.sentFields = answer.fields + (contentLength === null ? 0 : 1);
    this.sentHeadBytes = answer.text.length + ownLines.length + 2;
    this.sentBytes += this.sentHeadBytes;
    const lines = new FieldText(answer.text, answer.text.indexOf("\n") + 1, answer.fields, null);
    const { close, options } = answer;
    return { status, statusText, fields: lines, contentLength, isBodiless, close: this.isLast || this.#closes || close, options };
  }

  sendData(chunk: string | Uint8Array): void {
    const bytes = typeof chunk === "string" ? encoder.encode(chunk) : chunk;
    this.sentDataBytes = this.#framing.take(bytes.length);
    this.sentBytes += this.sentDataBytes;
    if (this.sentDataBytes > 0) this.socket.write(bytes);
  }

  sendEnd(): void {
    this.#framing.end();
    this.socket.end();
  }

  /** A runtime's own server may have them still. */
  get returnsBytes(): boolean {
    return false;
  }

  cork(): void {
    this.socket.cork();
  }

  uncork(): void {
    this.socket.uncork();
  }

  closeAfter(): void {
    this.#closes = true;
  }
}
