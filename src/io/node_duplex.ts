import { Duplex } from "node:stream";
import type { Socket } from "../contract/socket.ts";
import { process } from "./node_process.ts";
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
  /** What has come while nothing may be read: null, as it mostly is, where it may. */
  #held: Uint8Array[] | null = null;
  /** Its socket is another one's. */
  #gone = false;
  /** Of a server: called with the socket if what comes first is plain HTTP: Deno's node:tls (2.9) has no error of its own for that, as Node's has. */
  plain: ((socket: Socket) => void) | null = null;

  /** @param socket Its handler is this one's from now on. */
  constructor(socket: TellingSocket) {
    super({ allowHalfOpen: true, emitClose: true });
    this.#socket = socket;
    socket.taken = () => this.#taken();
    socket.handler = {
      data: (chunk) => {
        if (!this.#heard && this.plain !== null && speaksPlain(chunk)) return this.#goDown(this.plain);
        this.#heard = true;
        // Borrowed bytes, and the stream keeps them.
        this.#give(new Uint8Array(chunk));
      },
      drain: () => {},
      end: () => void this.push(null),
      close: (error) => void this.destroy(error ?? undefined),
    };
  }

  /**
   * Gives nothing to read until the next tick. Deno's TLSSocket starts in it (2.9.6), and by what there is to read before that it fails with an error that
   * nobody can catch, where a handshake fails. To be called once it is there, and before anything has come.
   */
  hold(): void {
    this.#held = [];
    process.nextTick(() => this.#release());
  }

  #release(): void {
    const held = this.#held!;
    this.#held = null;
    if (this.destroyed) return;
    this.#full = false;
    for (const chunk of held) this.#give(chunk);
    if (!this.#full && !this.#shut) this.#socket.resume();
  }

  #give(chunk: Uint8Array): void {
    if (this.#held !== null) {
      this.#held.push(chunk);
      this.#fill();
    } else if (!this.push(chunk)) this.#fill();
  }

  #goDown(plain: (socket: Socket) => void): void {
    this.#gone = true;
    this.#socket.taken = null;
    plain(this.#socket);
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
    if (!this.#full || this.#held !== null) return;
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
