import type { App } from "../../src/contract/app.ts";
import type { Clock } from "../../src/contract/clock.ts";
import type { AppThread, ThreadEvents, ThreadPort, Threads } from "../../src/contract/app_threads.ts";
import { createMemoryEngine } from "../../src/io/memory.ts";
import { createAsyncEngine } from "../../src/suspend/async.ts";
import { createGeneratorEngine } from "../../src/suspend/generator.ts";
import { startThread } from "../../src/suspend/thread/run_thread.ts";
import type { FromThread, ThreadData } from "../../src/suspend/worker/protocol.ts";
import type { Gate } from "./gate.ts";

/** Threads that are none: each runs a real thread's code on this one, with messages that are cloned and come later. */
export class FakeThreads implements Threads {
  readonly processors = 2;
  /** Those that were started, in order. */
  readonly started: FakeThread[] = [];
  /** What `start` throws. */
  failure: Error | null = null;
  readonly #clock: Clock;
  readonly #load: () => App;

  /** @param load What each of them loads; it may throw. */
  constructor(clock: Clock, load: () => App) {
    this.#clock = clock;
    this.#load = load;
  }

  /** How many are there. */
  get alive(): number {
    return this.started.filter((thread) => !thread.gone).length;
  }

  start(data: object, events: ThreadEvents): FakeThread {
    if (this.failure !== null) throw this.failure;
    const thread = new FakeThread(events);
    this.started.push(thread);
    thread.run(data as ThreadData, this.#clock, this.#load);
    return thread;
  }
}

/** One of them. */
export class FakeThread implements AppThread {
  gone = false;
  /** It is in a call of the system's, and does not end before this is opened. */
  call: Gate | null = null;
  taken = 0;
  #posted = 0;
  /** It spins: what is posted to it comes once that is false again. */
  #stuck = false;
  readonly #events: ThreadEvents;
  readonly #held: unknown[] = [];
  #heard: ((message: unknown) => void) | null = null;

  constructor(events: ThreadEvents) {
    this.#events = events;
  }

  get stuck(): boolean {
    return this.#stuck;
  }

  set stuck(stuck: boolean) {
    this.#stuck = stuck;
    if (!stuck) { for (const message of this.#held.splice(0)) this.#hear(message); }
  }

  run(data: ThreadData, clock: Clock, load: () => App): void {
    const port: ThreadPort = {
      post: (message, transfer) => {
        const cloned: unknown = structuredClone(message, { transfer: [...transfer] });
        queueMicrotask(() => {
          if (!this.gone) this.#events.message(cloned);
        });
      },
      listen: (heard) => this.#heard = heard,
      waitForMessage: () => {
        throw new Error("a fake thread cannot stand still: the others would, too");
      },
    };
    try {
      const app = load();
      const createEngine = app.kind === "yield" ? createGeneratorEngine : createAsyncEngine;
      startThread(port, app, "an app", createEngine, data, { engine: createMemoryEngine(), clock: mortal(clock, this), env: {} });
    } catch (error) {
      const { name, message } = error as Error;
      port.post({ type: "unloaded", error: { code: null, status: 0, name, message, stack: null, cause: null } } satisfies FromThread, []);
    }
  }

  post(message: object, transfer: readonly ArrayBuffer[]): number {
    const cloned: unknown = structuredClone(message, { transfer: [...transfer] });
    queueMicrotask(() => {
      if (this.#stuck) this.#held.push(cloned);
      else this.#hear(cloned);
    });
    return ++this.#posted;
  }

  #hear(message: unknown): void {
    if (this.gone) return;
    this.taken++;
    this.#heard?.(message);
  }

  /** Its app posts a message of its own. */
  say(message: unknown): void {
    this.#events.message(message);
  }

  /** It ends by itself. @param error What it dies of. */
  die(error: unknown): void {
    this.gone = true;
    this.#events.ended(error);
  }

  terminate(): Promise<void> {
    if (!this.gone) {
      this.gone = true;
      queueMicrotask(() => this.#events.ended(null));
    }
    return this.call?.opened ?? Promise.resolve();
  }
}

/** Time stands still for a thread that is gone. */
function mortal(clock: Clock, thread: FakeThread): Clock {
  const alive = (callback: () => void) => () => {
    if (!thread.gone) callback();
  };
  return {
    now: () => clock.now(),
    wallTime: () => clock.wallTime(),
    setTimer: (ms, callback, keepAlive) => clock.setTimer(ms, alive(callback), keepAlive),
    nextTurn: (callback) => clock.nextTurn(alive(callback)),
  };
}
