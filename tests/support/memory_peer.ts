import { errorCode } from "../../src/io/broken_error.ts";
import type { MemorySocket } from "../../src/io/memory_socket.ts";

/** The other end of a connection of the memory engine, as `RawClient` is a real one's. */
export class MemoryPeer {
  /** For scripts: splits and stalls. */
  readonly socket: MemorySocket;
  readonly #chunks: Uint8Array[] = [];
  #sent = 0;
  received = 0;
  ended = false;
  closed = false;
  errorCode: string | null = null;

  /** @param socket Fresh from `connect`. */
  constructor(socket: MemorySocket) {
    this.socket = socket;
    socket.handler = {
      data: (chunk) => {
        this.received += chunk.length;
        this.#chunks.push(chunk.slice());
      },
      drain: () => {},
      end: () => this.ended = true,
      close: (error) => {
        this.closed = true;
        if (error !== null) this.errorCode = errorCode(error.cause);
      },
    };
    socket.resume();
  }

  /** Bytes sent that have left. */
  get accepted(): number {
    return this.#sent - this.socket.unsent;
  }

  /** Everything received. */
  get bytes(): Uint8Array {
    return new Uint8Array(Buffer.concat(this.#chunks));
  }

  /** Everything received, a character a byte. */
  get text(): string {
    return Buffer.concat(this.#chunks).toString("latin1");
  }

  /** How many chunks arrived. */
  get pieces(): number {
    return this.#chunks.length;
  }

  forget(): void {
    this.#chunks.length = 0;
  }

  send(data: Uint8Array | string): void {
    this.#sent += data.length;
    this.socket.write(data);
  }

  pause(): void {
    this.socket.pause();
  }

  resume(): void {
    this.socket.resume();
  }

  end(): void {
    this.socket.end();
  }

  reset(): void {
    this.socket.reset();
  }

  destroy(): void {
    this.socket.abort();
  }
}
