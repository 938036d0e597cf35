import { type Address, HIGH_WATER_MARK, type Socket } from "../contract/socket.ts";
import { OpenSocket } from "./connections.ts";
import type { WriteBuffer } from "./write_buffer.ts";

/** What a connection of our own and an exchange of a loop engine have in common as a `Carrier`: whom they lead to, and what that one has not taken. */
export abstract class OpenCarrier extends OpenSocket {
  abstract readonly socket: Pick<Socket, "local" | "remote" | "unsent">;
  readonly #writeBuffer: WriteBuffer;
  #whenTaken: (() => void) | null = null;

  /** @param writeBuffer What counts that which is unsent of it. */
  constructor(writeBuffer: WriteBuffer) {
    super();
    this.#writeBuffer = writeBuffer;
  }

  get local(): Address {
    return this.socket.local;
  }

  get remote(): Address {
    return this.socket.remote;
  }

  get congested(): boolean {
    return this.socket.unsent > HIGH_WATER_MARK;
  }

  /** For one at a time: no other request begins before. */
  whenTaken(callback: () => void): void {
    this.#whenTaken = callback;
  }

  taken(): void {
    this.#writeBuffer.forget(this.socket);
    const callback = this.#whenTaken;
    this.#whenTaken = null;
    callback?.();
  }
}
