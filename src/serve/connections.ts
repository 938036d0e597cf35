import type { Clock } from "../contract/clock.ts";
import type { Observer } from "../contract/observer.ts";
import { LinkedQueue, QueueLink } from "../core/linked_queue.ts";

/** A client's socket, from its accept to its close. */
export abstract class OpenSocket extends QueueLink {
  /** Closes it gently if no request is under way, and none has begun to come. */
  abstract closeIdle(): void;
  /** Closes it to make room, while it waits for a request or for the rest of its head. */
  abstract evict(): void;
  /** Resets it. @returns Whether a request was lost. */
  abstract kill(): boolean;
}

/** What a new connection gets: to be served, a 503, or nothing. */
export type Admission = "serve" | "refuse" | "drop";

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
  readonly #observer: Observer;
  readonly #clock: Clock;
  /** Those that wait for a request, or for the rest of its head; the one that has waited longest first. */
  readonly #waiting = new LinkedQueue<OpenSocket>();
  readonly #busy = new LinkedQueue<OpenSocket>();
  #refused = 0;
  #reportAtMs = 0;

  /** @param most Connections that may be open (`--connections`). */
  constructor(most: number, observer: Observer, clock: Clock) {
    this.#most = most;
    this.#observer = observer;
    this.#clock = clock;
  }

  /** How many there are. */
  get size(): number {
    return this.#waiting.size + this.#busy.size;
  }

  /** All of them; a copy, so that they may go meanwhile. */
  all(): OpenSocket[] {
    return [...this.#waiting.all(), ...this.#busy.all()];
  }

  /**
   * Asks whether there is room for another one. Where there is not, the one that has waited longest makes room; if all have a request, the new one
   * gets an answer and is closed. Those that are being closed count, so that this ends at a sixteenth above the bound, where it is dropped.
   */
  admit(): Admission {
    if (this.size < this.#most) return "serve";
    const above = this.size - this.#most;
    if (above > Math.max(16, this.#most >> 4)) return this.#refuse("drop");
    const longest = this.#waiting.first;
    if (longest === null) return this.#refuse("refuse");
    longest.evict();
    return "serve";
  }

  #refuse(how: Admission): Admission {
    this.#refused++;
    const nowMs = this.#clock.now();
    if (nowMs < this.#reportAtMs) return how;
    this.#reportAtMs = nowMs + REPORT_EVERY_MS;
    this.#observer.warning?.(
      `${this.#most} connections are open, as many as may be, and each has a request: ${this.#refused} more were refused; raise --connections, and ` +
        "the limit of open files (ulimit -n) with it",
    );
    this.#refused = 0;
    return how;
  }

  /** Takes one in, or it goes on waiting: for a request. */
  rest(socket: OpenSocket): void {
    this.#busy.remove(socket);
    this.#waiting.push(socket);
  }

  /** The head of its request has come, or it is being closed. */
  wake(socket: OpenSocket): void {
    if (this.#waiting.remove(socket)) this.#busy.push(socket);
  }

  /** Its socket is gone. */
  remove(socket: OpenSocket): void {
    if (!this.#waiting.remove(socket)) this.#busy.remove(socket);
  }
}
