import { HIGH_WATER_MARK, type Socket } from "../contract/socket.ts";

/**
 * What complete answers have left behind for clients that are slow to take it, once their cores carry other requests: bounded, so that large
 * answers and clients that read nothing do not fill the memory. An answer that finds no room keeps its core until it is taken.
 *
 * What a socket holds up to its high-water mark is not counted: each connection may have that.
 */
export class WriteBuffer {
  readonly #most: number;
  /** Whose clients were slow when last looked at: `#most / HIGH_WATER_MARK` of them at most, some gone in the meantime. */
  readonly #sockets = new Set<Pick<Socket, "unsent">>();
  /** Of these; at least as much as there is now. */
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

  /** Takes what a socket has not sent. @returns False if there is no room for it. */
  take(socket: Pick<Socket, "unsent">): boolean {
    const { unsent } = socket;
    if (this.#bytes + unsent > this.#most) this.#recount();
    if (this.#bytes + unsent > this.#most) return false;
    this.#bytes += unsent;
    this.#sockets.add(socket);
    return true;
  }

  /** Only where there seems to be no room: who took what is not told at each write. */
  #recount(): void {
    this.#bytes = 0;
    for (const socket of this.#sockets) {
      if (socket.unsent > HIGH_WATER_MARK) this.#bytes += socket.unsent;
      else this.#sockets.delete(socket);
    }
  }
}
