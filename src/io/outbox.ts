import type { ClockTimer } from "../contract/clock.ts";
import type { Watcher } from "../contract/waiting.ts";
import { Watchers } from "./watchers.ts";

/** A write that waits for room. */
export interface PendingWrite {
  readonly bytes: Uint8Array;
  resolve(): void;
  reject(reason: unknown): void;
  timer: ClockTimer | null;
}

/** What waits until a connection takes more, or for ever no more. */
export class Outbox {
  readonly #send: (bytes: Uint8Array) => boolean;
  readonly #watchers = new Watchers();
  readonly #writes = new Set<PendingWrite>();
  #congested = false;
  #failure: { readonly reason: unknown } | null = null;

  /** @param send Gives bytes to the socket; false if nothing more is to be sent before `drained`. */
  constructor(send: (bytes: Uint8Array) => boolean) {
    this.#send = send;
  }

  /** Why nothing can be written any more; null while it can. */
  get failure(): { readonly reason: unknown } | null {
    return this.#failure;
  }

  /** Sends at once if there is room, else behind what waits already. */
  write(write: PendingWrite): void {
    this.#writes.add(write);
    this.#sendSome();
  }

  /** Calls a write off. @returns False if it was sent. */
  forget(write: PendingWrite): boolean {
    return this.#writes.delete(write);
  }

  /** There is room again. */
  drained(): void {
    this.#congested = false;
    this.#sendSome();
  }

  /** Sends all that waits, whether there is room or not: the end comes behind it. */
  flush(): void {
    for (const write of this.#writes) this.#sendOne(write);
  }

  /** After `flush`: nobody will write any more. What was written still leaves. */
  end(reason: unknown): void {
    this.#watchers.fail(reason);
  }

  fail(reason: unknown): void {
    if (this.#failure !== null) return;
    this.#failure = { reason };
    const writes = [...this.#writes];
    this.#writes.clear();
    for (const { timer, reject } of writes) {
      timer?.cancel();
      reject(reason);
    }
    this.#watchers.fail(reason);
  }

  watch(watcher: Watcher): void {
    if (this.#failure !== null) watcher.failed(this.#failure.reason);
    else if (this.#congested) this.#watchers.add(watcher);
    else watcher.ready();
  }

  unwatch(watcher: Watcher): void {
    this.#watchers.remove(watcher);
  }

  /** Writes come first, in order, then whoever only waits. */
  #sendSome(): void {
    for (const write of this.#writes) {
      if (this.#congested) return;
      this.#sendOne(write);
    }
    if (!this.#congested) this.#watchers.ready();
  }

  #sendOne(write: PendingWrite): void {
    this.#writes.delete(write);
    write.timer?.cancel();
    if (!this.#send(write.bytes)) this.#congested = true;
    write.resolve();
  }
}
