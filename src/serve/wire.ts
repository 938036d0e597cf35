import type { Socket } from "../contract/socket.ts";
import type { Exchange } from "../http/exchange.ts";
import { OpenCarrier } from "./open_carrier.ts";
import type { WriteBuffer } from "./write_buffer.ts";

/** A larger body is not copied behind its head, but written after it: past this a copy costs more than a second buffer in the same system call. */
const COPIED_BYTES = 65_536;

const encoder = new TextEncoder();

type Fields = Iterable<readonly [string, string]>;

/** A socket that answers leave by, in HTTP/1.1: the half of a connection that a `Carrier` sends with. */
export abstract class Wire extends OpenCarrier {
  /** Another one if its client turns out to speak no TLS. */
  socket: Socket;
  readonly exchange: Exchange;

  constructor(writeBuffer: WriteBuffer, socket: Socket, exchange: Exchange) {
    super(writeBuffer);
    this.socket = socket;
    this.exchange = exchange;
  }

  /** The answer under way says `Connection: close`. */
  protected abstract get isLast(): boolean;

  get returnsBytes(): boolean {
    return true;
  }

  get sentFields(): number {
    return this.exchange.sentFields;
  }

  get sentHeadBytes(): number {
    return this.exchange.sentHeadBytes;
  }

  get sentDataBytes(): number {
    return this.exchange.sentDataBytes;
  }

  sendWhole(status: number, statusText: string, fields: Fields, body: string | Uint8Array | null): number {
    const { exchange, socket } = this;
    if (this.isLast) exchange.closeAfter();
    if (body !== null && body.length > COPIED_BYTES) return this.#sendLarge(status, statusText, fields, body);
    const piece = exchange.sendWhole(status, statusText, fields, body);
    socket.write(piece);
    return piece.length - exchange.sentHeadBytes;
  }

  #sendLarge(status: number, statusText: string, fields: Fields, body: string | Uint8Array): number {
    const { exchange, socket } = this;
    const bytes = typeof body === "string" ? encoder.encode(body) : body;
    const head = exchange.sendHead(status, statusText, fields, bytes.length);
    socket.cork();
    socket.write(head);
    this.sendData(bytes);
    const sent = exchange.sentDataBytes;
    this.sendEnd();
    socket.uncork();
    return sent;
  }

  sendHead(status: number, statusText: string, fields: Fields): void {
    if (this.isLast) this.exchange.closeAfter();
    this.socket.write(this.exchange.sendHead(status, statusText, fields, null));
  }

  sendData(chunk: string | Uint8Array): void {
    for (const piece of this.exchange.sendData(chunk)) this.socket.write(piece);
  }

  sendEnd(): void {
    const last = this.exchange.sendEnd();
    if (last.length > 0) this.socket.write(last);
  }

  cork(): void {
    this.socket.cork();
  }

  uncork(): void {
    this.socket.uncork();
  }

  forgoBody(): void {
    if (!this.exchange.skipBody()) this.exchange.closeAfter();
  }

  closeAfter(): void {
    this.exchange.closeAfter();
  }
}
