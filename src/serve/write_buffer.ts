import { HIGH_WATER_MARK, type Socket } from "../contract/socket.ts";

/**
 * What complete answers have left behind for clients that are slow to take it, once their cores carry other requests: bounded, so that large
 * answers and clients that read nothing do not fill the memory. An answer that finds no room keeps its core until it is taken.
 *
 * What a socket holds up to its high-water mark is not counted: each connection may have that.
 */
export class WriteBuffer {
  readonly #most: number;
  /** What each held when last looked at; it may have sent some of it since. */
  readonly #counted = new Map<Pick<Socket, "unsent">, number>();
  /** Of all of them. */
  #bytes = 0;

  /** @param most Bytes of all sockets together (`--write-buffer`). */
  constructor(most: number) {
    this.#most = most;
  }

  /** Bytes that it holds now. */
  get bytes(): number {
    this.#recount();
    return this.#bytes;
  }

  /** Takes what a socket has not sent, in place of what it had of an earlier answer. @returns False if there is no room for it. */
  take(socket: Pick<Socket, "unsent">): boolean {
    const { unsent } = socket;
    this.forget(socket);
    if (this.#bytes + unsent > this.#most) this.#recount();
    if (this.#bytes + unsent > this.#most) return false;
    this.#bytes += unsent;
    this.#counted.set(socket, unsent);
    return true;
  }

  /** A socket has sent all that it took of it, or is gone. */
  forget(socket: Pick<Socket, "unsent">): void {
    this.#bytes -= this.#counted.get(socket) ?? 0;
    this.#counted.delete(socket);
  }

  /** Only where there seems to be no room, for nobody tells at each write how much of it was taken: of `#most / HIGH_WATER_MARK` sockets at most. */
  #recount(): void {
    this.#bytes = 0;
    for (const socket of this.#counted.keys()) {
      if (socket.unsent > HIGH_WATER_MARK) {
        this.#counted.set(socket, socket.unsent);
        this.#bytes += socket.unsent;
      } else this.#counted.delete(socket);
    }
  }
}
