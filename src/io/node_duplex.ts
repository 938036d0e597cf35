import { Duplex } from "node:stream";
import type { Socket } from "../contract/socket.ts";
import type { ReadGate } from "./node_socket.ts";
import { speaksPlain } from "./plain_on_tls.ts";

/** A socket that tells when all has been taken. */
export interface TellingSocket extends Socket {
  taken: (() => void) | null;
}

/** A socket as a Node stream, for `node:tls` to stand above it: what is not read there is not read here, and what was not taken here counts there. */
export class SocketDuplex extends Duplex implements ReadGate {
  readonly #socket: TellingSocket;
  #written: (() => void) | null = null;
  /** The stream holds as much as it may. */
  #full = false;
  #shut = false;
  #heard = false;
  /** Its socket is another one's. */
  #gone = false;
  /** Called with the socket if what comes first is plain HTTP: Deno's node:tls (2.9) has no error of its own for that, as Node's has. */
  plain: ((socket: Socket) => void) | null = null;

  /** @param socket Its handler is this one's from now on. */
  constructor(socket: TellingSocket) {
    super({ allowHalfOpen: true, emitClose: true });
    this.#socket = socket;
    socket.taken = () => this.#taken();
    socket.handler = {
      data: (chunk) => {
        if (!this.#heard && speaksPlain(chunk)) return this.#goDown();
        this.#heard = true;
        // Borrowed bytes, and the stream keeps them.
        if (!this.push(new Uint8Array(chunk))) this.#fill();
      },
      drain: () => {},
      end: () => void this.push(null),
      close: (error) => void this.destroy(error ?? undefined),
    };
  }

  #goDown(): void {
    this.#gone = true;
    this.#socket.taken = null;
    this.plain?.(this.#socket);
    this.destroy();
  }

  shut(): void {
    this.#shut = true;
    this.#socket.pause();
  }

  open(): void {
    this.#shut = false;
    if (!this.#full) this.#socket.resume();
  }

  #fill(): void {
    this.#full = true;
    this.#socket.pause();
  }

  #taken(): void {
    const callback = this.#written;
    this.#written = null;
    callback?.();
  }

  override _read(): void {
    if (!this.#full) return;
    this.#full = false;
    if (!this.#shut) this.#socket.resume();
  }

  override _write(chunk: Uint8Array, _encoding: string, callback: () => void): void {
    this.#socket.write(chunk);
    if (this.#socket.unsent === 0) callback();
    else this.#written = callback;
  }

  override _final(callback: () => void): void {
    this.#socket.end();
    callback();
  }

  override _destroy(error: Error | null, callback: (error: Error | null) => void): void {
    // With bytes unsent it is one above that was aborted.
    if (this.#gone) return callback(error);
    if (this.#socket.unsent === 0) this.#socket.close();
    else this.#socket.abort();
    callback(error);
  }
}
