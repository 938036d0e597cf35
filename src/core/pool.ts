import type { Clock } from "../contract/clock.ts";
import type { Observer } from "../contract/observer.ts";
import { LinkedQueue, QueueLink } from "./linked_queue.ts";
import type { CoreTable } from "./table.ts";
import { throwLater } from "./throw_later.ts";

/** Who may have to wait for a core: a connection. It waits in one list at a time. */
export interface CoreWaiter {
  /** Its place, made once: waiting then costs no allocation. */
  readonly place: WaitingPlace;
  /** Its turn in the wait queue: the core is taken for it. May release it at once; must not throw. */
  granted(core: number): void;
  /** There may be room again: it reads its next head, and takes a core, queues or stalls as if it were new. Must not throw. */
  proceed(): void;
}

/** A waiter's place in the wait queue or in the list of the stalled. */
export class WaitingPlace extends QueueLink {
  readonly waiter: CoreWaiter;

  /** @param waiter Whose place it is. */
  constructor(waiter: CoreWaiter) {
    super();
    this.waiter = waiter;
  }
}

/** What a pool needs. */
export interface CorePoolOptions {
  /** Most requests in the wait queue (`--queue`); 0 queues none. */
  readonly queue: number;
  readonly observer: Observer;
  readonly clock: Clock;
}

/**
 * Grants and restarts in a row before the poller gets a turn: about 7 ms of requests that are answered at once, so that a long
 * queue of them does not shut the network out.
 */
const STEPS_A_TURN = 1024;
/** As uWSGI warns of its full queue. */
const REPORT_EVERY_MS = 1000;

/**
 * Who has a core, who waits for one, and who waits for a place to wait.
 *
 * Free cores are a stack, as uWSGI's: the core used last is used next, while its memory is warm. The wait queue is first in, first
 * out, and bounded. Past its bound a connection stalls: it reads no new head until there is a place.
 */
export class CorePool {
  readonly #table: CoreTable;
  readonly #limit: number;
  readonly #observer: Observer;
  readonly #clock: Clock;
  readonly #free: Int32Array;
  #freeCount: number;
  #peakBusy = 0;
  readonly #waiting = new LinkedQueue<WaitingPlace>();
  readonly #stalled = new LinkedQueue<WaitingPlace>();
  #stalls = 0;
  #stallsReported = 0;
  #reportAtMs = -Infinity;
  /** The settle loop runs, or is to go on in the next turn: nobody starts another. */
  #settling = false;

  /** @param table All its cores are idle. */
  constructor(table: CoreTable, { queue, observer, clock }: CorePoolOptions) {
    this.#table = table;
    this.#limit = queue;
    this.#observer = observer;
    this.#clock = clock;
    this.#freeCount = table.count;
    this.#free = Int32Array.from({ length: table.count }, (_, index) => table.count - 1 - index);
  }

  /** Cores that carry a request, or are lost. */
  get busy(): number {
    return this.#table.count - this.#freeCount;
  }

  /** Most cores busy at once so far. */
  get peakBusy(): number {
    return this.#peakBusy;
  }

  /** Requests in the wait queue. */
  get queued(): number {
    return this.#waiting.size;
  }

  /** Connections that wait for a place in it. */
  get stalled(): number {
    return this.#stalled.size;
  }

  /** How often a connection had to stall so far. */
  get stalls(): number {
    return this.#stalls;
  }

  /** Neither a core nor a place in the wait queue is to be had: stall, and read no new head. */
  get full(): boolean {
    return this.#waiting.size >= this.#limit && !this.#open;
  }

  /** A core is free and nobody is ahead. */
  get #open(): boolean {
    return this.#freeCount > 0 && this.#waiting.size === 0;
  }

  /** Takes a core. @returns Its number, or -1 if none is free or others are ahead: enqueue. */
  take(): number {
    return this.#open ? this.#pop() : -1;
  }

  /** Gives a core back. The first in the wait queue gets it before this returns, unless this is called from within such a grant. */
  release(core: number): void {
    this.#table.move(core, "release");
    this.#free[this.#freeCount++] = core;
    if (this.#waiting.size > 0 || this.#stalled.size > 0) this.#settle();
  }

  /** Puts a waiter at the tail of the wait queue. @returns False if the queue is full: stall. */
  enqueue(waiter: CoreWaiter): boolean {
    if (this.#waiting.size >= this.#limit) return false;
    this.#waiting.push(waiter.place);
    return true;
  }

  /** Lets a waiter wait outside of the full queue, until `proceed`. Observed as `queueFull`, at most once a second. */
  stall(waiter: CoreWaiter): void {
    this.#stalled.push(waiter.place);
    this.#stalls++;
    const nowMs = this.#clock.now();
    if (nowMs < this.#reportAtMs) return;
    this.#reportAtMs = nowMs + REPORT_EVERY_MS;
    const count = this.#stalls - this.#stallsReported;
    this.#stallsReported = this.#stalls;
    this.#observer.queueFull?.(count);
  }

  /** Takes a waiter out of where it waits: its client has gone, or its time in the queue is over. Does nothing if it does not wait. */
  remove(waiter: CoreWaiter): void {
    if (this.#stalled.remove(waiter.place)) return;
    if (this.#waiting.remove(waiter.place) && this.#stalled.size > 0) this.#settle();
  }

  #pop(): number {
    const core = this.#free[--this.#freeCount];
    this.#table.move(core, "take");
    const busy = this.busy;
    if (busy > this.#peakBusy) this.#peakBusy = busy;
    return core;
  }

  /** Gives free cores and free places to those who wait. A loop, not a recursion: a request answered at once releases within its grant. */
  #settle(): void {
    if (this.#settling) return;
    this.#settling = true;
    for (let step = 0; step < STEPS_A_TURN; step++) {
      if (!this.#step()) {
        this.#settling = false;
        return;
      }
    }
    this.#clock.nextTurn(() => {
      this.#settling = false;
      this.#settle();
    });
  }

  #step(): boolean {
    const granted = this.#freeCount > 0 ? this.#waiting.shift() : null;
    try {
      if (granted !== null) {
        granted.waiter.granted(this.#pop());
        return true;
      }
      const next = this.full ? null : this.#stalled.shift();
      next?.waiter.proceed();
      return next !== null;
    } catch (error) {
      throwLater(error);
      return true;
    }
  }
}
