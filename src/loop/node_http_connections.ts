import type { Server, Socket } from "node:net";
import type { LoopListenOptions } from "../contract/loop.ts";

/**
 * The connections of a server, for its stop. Node closes those that have answered a request and are idle as it begins, and looks at no head's time
 * any more: one that has sent nothing, as browsers open them ahead of time, or a part of a head, would hold the stop up until its mercy is over.
 */
export class NodeConnections {
  readonly #open = new Set<Socket>();

  add(socket: Socket): void {
    this.#open.add(socket);
    socket.once("close", () => this.#open.delete(socket));
  }

  /** Ends those that carry no request: at the end of the grace if they have sent nothing, else when their head is late. */
  stop(server: Server, { idleGraceMs, headMs }: LoopListenOptions, isBusy: (socket: Socket) => boolean): void {
    const end = (spares: (socket: Socket) => boolean) => {
      for (const socket of this.#open) if (!isBusy(socket) && !spares(socket)) socket.destroy();
    };
    const timers = [
      setTimeout(() => end(({ bytesRead }) => bytesRead > 0), idleGraceMs),
      setTimeout(() => end(() => false), Math.max(idleGraceMs, headMs)),
    ];
    server.once("close", () => timers.forEach(clearTimeout));
  }

  /** Ends all of them. */
  kill(): void {
    for (const socket of this.#open) socket.destroy();
  }
}
