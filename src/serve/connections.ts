import type { Clock } from "../contract/clock.ts";
import type { Observer } from "../contract/observer.ts";
import { LinkedQueue, QueueLink } from "../core/linked_queue.ts";

/** A client's socket, from its accept to its close. */
export abstract class OpenSocket extends QueueLink {
  /** Closes it gently if no request is under way, and none has begun to come. */
  abstract closeIdle(): void;
  /** Closes it to make room, while it waits for a request or for the rest of its head. */
  abstract evict(): void;
  /** All that was unsent is taken, or the socket is gone. */
  abstract taken(): void;
  /** Resets it. @returns Whether a request was lost. */
  abstract kill(): boolean;
}

/** As often as the full wait queue is told of. */
const REPORT_EVERY_MS = 1000;

/**
 * What is open: connections, and those that are being closed.
 *
 * Lists through them, and no Set: with a connection a request, scavenges on Node 24 took 21 to 33 ms with the Set and 1 in a raw server; V8's
 * chain of outgrown tables is the suspect, not shown to be the cause.
 */
export class Connections {
  readonly #most: number;
  readonly #mostClosing: number;
  readonly #observer: Observer;
  readonly #clock: Clock;
  /** Those that wait for a request, or for the rest of its head; the one that has waited longest first. */
  readonly #waiting = new LinkedQueue<OpenSocket>();
  /** Those that are not read, as the wait queue is full, and have no request yet. */
  readonly #unread = new LinkedQueue<OpenSocket>();
  readonly #busy = new LinkedQueue<OpenSocket>();
  /** Those that are being closed, the oldest first. */
  readonly #closing = new LinkedQueue<OpenSocket>();
  /** Since the last report. */
  #evicted = 0;
  #refused = 0;
  #reportAtMs = 0;

  /** @param most Connections that may be open (`--connections`). */
  constructor(most: number, observer: Observer, clock: Clock) {
    this.#most = most;
    this.#mostClosing = Math.max(8, most >> 4);
    this.#observer = observer;
    this.#clock = clock;
  }

  /** How many there are. */
  get size(): number {
    return this.#waiting.size + this.#unread.size + this.#busy.size + this.#closing.size;
  }

  /** All of them; a copy, so that they may go meanwhile. */
  all(): OpenSocket[] {
    return [this.#waiting, this.#unread, this.#busy, this.#closing].flatMap((list) => list.all());
  }

  /**
   * Asks whether there is room for another one. Where there is not, the one that has waited longest makes room: an idle one, or else one that waits
   * unread. Those that are being closed do not count, but for the descriptors they hold the oldest of them are reset past a bound of their own.
   *
   * @returns False if all have a request: the new one is to be turned away.
   */
  admit(): boolean {
    while (this.#closing.size > this.#mostClosing) this.#closing.shift()?.kill();
    if (this.#waiting.size + this.#unread.size + this.#busy.size < this.#most) return true;
    const longest = this.#waiting.first ?? this.#unread.first;
    longest?.evict();
    if (longest === null) this.#refused++;
    else this.#evicted++;
    this.#report();
    return longest !== null;
  }

  #report(): void {
    const nowMs = this.#clock.now();
    if (nowMs < this.#reportAtMs) return;
    this.#reportAtMs = nowMs + REPORT_EVERY_MS;
    this.#observer.warning?.(
      `${this.#most} connections are open, as many as may be: for new ones ${this.#evicted} that waited for a request were closed, and ` +
        `${this.#refused} new ones were refused as all had one; raise --connections, and the limit of open files (ulimit -n) with it`,
    );
    this.#evicted = this.#refused = 0;
  }

  /** Takes one in, or back: it waits for a request. */
  rest(socket: OpenSocket): void {
    this.remove(socket);
    this.#waiting.push(socket);
  }

  /** It waits unread. */
  stall(socket: OpenSocket): void {
    if (this.#waiting.remove(socket)) this.#unread.push(socket);
  }

  /** The head of its request has come. */
  wake(socket: OpenSocket): void {
    if (this.#waiting.remove(socket)) this.#busy.push(socket);
  }

  /** It is being closed. */
  leave(socket: OpenSocket): void {
    this.remove(socket);
    this.#closing.push(socket);
  }

  /** Its socket is gone. */
  remove(socket: OpenSocket): void {
    void (this.#busy.remove(socket) || this.#waiting.remove(socket) || this.#closing.remove(socket) || this.#unread.remove(socket));
  }
}
