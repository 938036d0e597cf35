import type { Socket } from "node:net";
import { Duplex } from "node:stream";

/**
 * A connection as a stream of JavaScript's. Deno's `node:tls` (2.9) takes a `net.Socket` itself for its own: it reads on while it is paused, and the
 * socket no longer resets. Above this one it leaves the socket alone.
 */
export class DuplexAbove extends Duplex {
  readonly #below: Socket;
  #shut = false;

  constructor(below: Socket) {
    super({ allowHalfOpen: true });
    this.#below = below;
    below.on("data", (chunk: Uint8Array) => {
      if (!this.push(chunk)) below.pause();
    });
    below.on("end", () => this.push(null));
    below.on("close", () => this.destroy());
    below.on("error", (error) => this.destroy(error));
  }

  /** Reads nothing from below, whatever is asked for above. */
  shut(): void {
    this.#shut = true;
    this.#below.pause();
  }

  /** Reads again. */
  open(): void {
    this.#shut = false;
    this.#below.resume();
  }

  override _read(): void {
    if (!this.#shut) this.#below.resume();
  }

  override _write(chunk: Uint8Array, _encoding: string, callback: (error?: Error | null) => void): void {
    this.#below.write(chunk, callback);
  }

  override _final(callback: () => void): void {
    this.#below.end();
    callback();
  }

  override _destroy(error: Error | null, callback: (error: Error | null) => void): void {
    this.#below.destroy();
    callback(error);
  }
}
