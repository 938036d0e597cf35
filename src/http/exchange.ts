import type { DecodeLatin1 } from "../contract/bytes.ts";
import type { Field } from "../contract/head.ts";
import type { Latin1 } from "../contract/socket.ts";
import { ProtocolError } from "../errors.ts";
import type { Linked } from "../state_machine.ts";
import { NO_FIELDS, TEXT_FIELDS } from "./common_fields.ts";
import { CLOSED, type DataEvent, type EndEvent, NEED_MORE, type NeedMore, NO_TRAILERS, PAUSED, type ReceiveEvent } from "./events.ts";
import { fieldLine } from "./field_line.ts";
import type { AnswerTo } from "./framing.ts";
import type { HeadReader } from "./head_reader.ts";
import { HeadReaders } from "./head_readers.ts";
import type { HttpHead } from "./http_head.ts";
import { IncomingBody } from "./incoming_body.ts";
import { decodeLatin1 } from "./latin1.ts";
import type { HttpLimits } from "./limits.ts";
import { ReceiveBuffer } from "./receive_buffer.ts";
import { CLIENT_IDLE, type ClientEvent, type ClientState, SERVER_IDLE, type ServerEvent, type ServerState } from "./state.ts";
import { statusLine } from "./status_line.ts";
import { type Piece, Writer } from "./writer.ts";

/**
 * One connection's HTTP/1.1 (RFC 9112), server side. Sans-IO: no socket, clock or runtime is in it; bytes go in, events come out; answers
 * go in, bytes come out.
 *
 * Receiving: `receive(chunk)`, then `next()` until it gives `need-more`, `paused` or `closed`, then `hold()`. A request
 * is a head, its data, an end. After the end `next` gives `paused` until the answer is complete and `nextRequest()` was
 * called; call `next` then without a new chunk, as the next request may be held already.
 *
 * Sending, once for each request: `sendWhole`, or `sendHead`, `sendData` any number of times, `sendEnd`.
 *
 * After a `ProtocolError` nothing more is received: `next` gives `closed`. The answer, if it was not begun, may still
 * be sent: `errorAnswer`, or the app's own, which then says `Connection: close`.
 */
export class Exchange {
  readonly #limits: HttpLimits;
  readonly #latin1: DecodeLatin1;
  readonly #input = new ReceiveBuffer();
  readonly #readers: HeadReaders;
  /** While a part of a head has come. */
  #reader: HeadReader | null = null;
  readonly #writer: Writer;
  #client: Linked<ClientState, ClientEvent> = CLIENT_IDLE;
  #server: Linked<ServerState, ServerEvent> = SERVER_IDLE;
  /** The request that is being received or answered. */
  #head: HttpHead | null = null;
  /** Null where it has no body. */
  #body: IncomingBody | null = null;
  #continued = false;
  /** The client sent FIN. */
  #ended = false;
  #mustClose = false;
  #sentBytes = 0;

  /**
   * @param date Gives the `date` field's value (IMF-fixdate), cached by the second.
   * @param latin1 The runtime's fastest decoder.
   * @param readers Which it shares with other connections of the same limits.
   */
  constructor(
    limits: HttpLimits,
    date: () => string,
    latin1: DecodeLatin1 = decodeLatin1,
    readers: HeadReaders = new HeadReaders(limits, latin1),
  ) {
    this.#limits = limits;
    this.#latin1 = latin1;
    this.#readers = readers;
    this.#writer = new Writer(date, latin1);
  }

  /** Bytes that wait, not consumed. */
  get held(): number {
    return this.#input.end - this.#input.start;
  }

  /** The connection can carry no other request after the current one's answer. Final once the answer's head was sent. */
  get mustClose(): boolean {
    return this.#mustClose || this.#client.state === "failed" || this.#client.state === "closed";
  }

  /**
   * The client sends nothing more, by its own word: its request said that it is the connection's last (RFC 9112 section 9.6: the client that says so
   * must send no other one). Not so behind a body: some old clients send a CRLF there (section 2.2). Known until `nextRequest`.
   */
  get clientDone(): boolean {
    return this.#client.state === "done" && this.#body === null && this.#head?.keepAlive === false;
  }

  /** The answer's head was sent, or all of it. */
  get answering(): boolean {
    return this.#server.state === "sending" || this.#server.state === "done";
  }

  /** Field lines of the last head that was sent. */
  get sentFields(): number {
    return this.#writer.headFields;
  }

  /** Bytes of the body in the last `sendData`, without their framing: none if the answer has no body. */
  get sentDataBytes(): number {
    return this.#writer.dataBytes;
  }

  /** Bytes of the last head that was sent. */
  get sentHeadBytes(): number {
    return this.#writer.headBytes;
  }

  /** Bytes of all that was given out to be sent on this connection. */
  get sentBytes(): number {
    return this.#sentBytes;
  }

  #sent<P extends Piece>(piece: P): P {
    this.#sentBytes += piece.length;
    return piece;
  }

  /** Takes borrowed bytes; call `next` before they go back, then `hold`. After the last request they are dropped. */
  receive(chunk: Uint8Array): void {
    if (!this.#deaf) this.#input.append(chunk);
  }

  /** Nothing that follows will be read. */
  get #deaf(): boolean {
    return this.mustClose && this.#client.state !== "idle" && this.#client.state !== "body";
  }

  /** Copies what was not consumed, so that the borrowed bytes may go: a part of a head, or what follows a request. */
  hold(): void {
    if (this.#deaf) this.#input.clear();
    else this.#input.hold();
  }

  /** The client sent FIN: after what is held, `next` gives `closed`, or throws if a message was cut short. */
  receiveEnd(): void {
    this.#ended = true;
  }

  /**
   * Gives the next event.
   *
   * @throws {ProtocolError} The client broke the protocol or passed a limit; its status is the answer's.
   */
  next(): ReceiveEvent {
    try {
      switch (this.#client.state) {
        case "idle":
          return this.#nextHead();
        case "body":
          return this.#nextData();
        case "done":
          return PAUSED;
        case "failed":
        case "closed":
          return CLOSED;
      }
    } catch (error) {
      this.#client = allowed(this.#client.fail, "fail");
      this.#input.clear();
      throw error;
    }
  }

  #nextHead(): ReceiveEvent {
    const head = this.held === 0 ? null : this.#readHead();
    if (head === null) {
      if (!this.#ended) return NEED_MORE;
      if (this.held > 0) throw new ProtocolError(400, "the connection's end within a head");
      this.#client = allowed(this.#client.close, "close");
      return CLOSED;
    }
    this.#client = allowed(this.#client.head, "head");
    this.#server = allowed(this.#server.request, "request");
    const { framing } = head;
    this.#head = head;
    this.#mustClose ||= !head.keepAlive;
    this.#continued = false;
    this.#body = framing.kind === "none" ? null : new IncomingBody(framing, this.#limits, this.#latin1);
    return head;
  }

  /** One that throws is not given back: what it was at is undefined. */
  #readHead(): HttpHead | null {
    const reader = this.#reader ?? this.#readers.take();
    this.#reader = null;
    const head = reader.read(this.#input);
    if (head === null) this.#reader = reader;
    else this.#readers.give(reader);
    return head;
  }

  #nextData(): DataEvent | EndEvent | NeedMore {
    const event = this.#body === null ? NO_TRAILERS : this.#body.next(this.#input);
    if (event.type === "end") this.#client = allowed(this.#client.end, "end");
    else if (event.type === "need-more" && this.#ended) throw new ProtocolError(400, "the connection's end within a body");
    return event;
  }

  /**
   * Bytes that the current request's body may have; back to `limits.bodyBytes` with each head. To be changed between the
   * head and the call of `next` after it, which refuses a longer Content-Length, or later for what is still to come.
   */
  get bodyLimit(): number {
    return this.#body === null ? this.#limits.bodyBytes : this.#body.limit;
  }

  set bodyLimit(bytes: number) {
    if (this.#body !== null) this.#body.limit = bytes;
  }

  /**
   * Nobody wants the rest of the request's body: `next` reads it and gives no data, up to `limits.discardBytes`; past
   * that it throws a `ProtocolError`, at which the connection is closed.
   *
   * @returns False if the rest is known to be longer, or the client still waits for `100 Continue`, and so may never
   * send it: the connection must close.
   */
  skipBody(): boolean {
    if (this.#client.state === "body") this.#body?.skip(this.#limits.discardBytes);
    this.#mustClose ||= this.#hopeless;
    return !this.mustClose;
  }

  /** The rest of the body is not worth waiting for. */
  get #hopeless(): boolean {
    if (this.#client.state !== "body" || this.#body === null) return false;
    return this.#body.announced > this.#limits.discardBytes || this.awaitsContinue;
  }

  /** The client may be waiting for `100 Continue` before it sends its body: nothing of it has come yet. */
  get awaitsContinue(): boolean {
    if (this.#client.state !== "body" || this.#body === null || this.#head === null) return false;
    return this.#head.expectsContinue && !this.#continued && this.#body.untouched;
  }

  /** The current answer says `Connection: close`, unless its head has left, and is the connection's last in any case. */
  closeAfter(): void {
    this.#mustClose = true;
  }

  /**
   * An interim answer (RFC 9110 section 15.2); empty where none can be sent: to an HTTP/1.0 client, which knows none,
   * and once the answer was begun.
   *
   * @throws {TypeError} A field is not valid; nothing was sent.
   */
  sendInformational(status: 100 | 103, fields: Iterable<Field> = NO_FIELDS): Latin1 {
    if (this.answering || this.#head?.minor === 0) return "";
    const next = allowed(this.#server.inform, "inform");
    let text = statusLine(status, "");
    for (const [name, value] of fields) text += fieldLine(name, value);
    this.#server = next;
    this.#continued ||= status === 100;
    return this.#sent(text + "\r\n");
  }

  /**
   * A whole answer in one piece. A body of more than 64 KiB is cheaper by `sendHead` with its length and `sendData`, which copies nothing.
   *
   * HEAD, 204, 205 and 304 leave without the body. If the request's body is not in yet and not worth waiting for, the connection ends.
   *
   * @throws {TypeError} A status, field or length is not valid in HTTP; nothing was sent, and another answer may be.
   */
  sendWhole(status: number, statusText: string, fields: Iterable<Field>, body: string | Uint8Array | null): Piece {
    const next = allowed(this.#server.whole, "whole");
    const piece = this.#writer.whole(this.#to(this.#hopeless), status, statusText, fields, body);
    this.#server = next;
    this.#mustClose ||= this.#writer.closes;
    return this.#sent(piece);
  }

  /**
   * The head of an answer whose body follows: by its length if that is known (`length`, or the app's `content-length`),
   * else chunked, or, for HTTP/1.0, up to the connection's end.
   *
   * @throws {TypeError} As `sendWhole`.
   */
  sendHead(status: number, statusText: string, fields: Iterable<Field>, length: number | null): Latin1 {
    const next = allowed(this.#server.head, "head");
    const text = this.#writer.head(this.#to(this.awaitsContinue), status, statusText, fields, length);
    this.#server = next;
    this.#mustClose ||= this.#writer.closes;
    return this.#sent(text);
  }

  #to(hopeless: boolean): AnswerTo {
    return { method: this.#head?.method ?? "", minor: this.#head?.minor ?? 1, close: this.mustClose || hopeless };
  }

  /**
   * A piece of the body, framed: a string leaves as UTF-8. Nothing if the answer has no body (HEAD, 204, 205, 304), and for an empty chunk.
   *
   * @throws {TypeError} It goes past the answer's length: abort the connection.
   */
  sendData(chunk: string | Uint8Array): readonly Piece[] {
    this.#server = allowed(this.#server.data, "data");
    const pieces = this.#writer.data(chunk);
    for (const piece of pieces) this.#sent(piece);
    return pieces;
  }

  /**
   * The end of the answer; may be empty.
   *
   * @throws {TypeError} The body is short of its length, or a trailer is not valid: abort the connection.
   */
  sendEnd(trailers: Iterable<Field> = NO_FIELDS): Latin1 {
    const next = allowed(this.#server.end, "end");
    const text = this.#writer.end(trailers);
    this.#server = next;
    return this.#sent(text);
  }

  /**
   * A whole answer with `Connection: close` and `reason` as its text; nothing of the request is in it. Only while `answering` is false.
   *
   * @param status 400 to 599.
   * @param fields Such as `retry-after`.
   */
  errorAnswer(status: number, reason: string, fields: readonly Field[] = NO_FIELDS): Piece {
    const next = allowed(this.#server.refuse, "refuse");
    const all: readonly Field[] = [...TEXT_FIELDS, ...fields];
    const piece = this.#writer.whole(this.#to(true), status, "", all, `${reason}\n`);
    this.#server = next;
    this.#mustClose = true;
    return this.#sent(piece);
  }

  /**
   * Both sides are done: on to the next request, or, if the connection must close, to `closed`.
   *
   * @throws {TypeError} One of them is not.
   */
  nextRequest(): void {
    const server = allowed(this.#server.next, "next");
    this.#client = this.mustClose ? allowed(this.#client.close, "close") : allowed(this.#client.next, "next");
    this.#server = server;
    this.#head = this.#body = null;
  }
}

/** @throws {TypeError} The event cannot come in the state that was asked. */
function allowed<State>(next: State | null, event: ClientEvent | ServerEvent): State {
  if (next === null) throw new TypeError(`use an exchange: "${event}" cannot come in its state`);
  return next;
}
