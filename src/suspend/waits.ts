import type { CoreTask, Scheduler } from "../contract/engine.ts";
import type { RegisteredWait, Woken } from "../contract/waiting.ts";
import { LinkedQueue, QueueLink } from "../core/linked_queue.ts";
import { waitForFirst } from "./io_wait.ts";

/** What `suspend` gives where nothing was registered. */
export const RESUMED: Woken = Object.freeze({ outcome: "resumed", target: null, side: null, error: undefined });

/** One `suspend` or `sleep` that has not come back: a promise, and what it will be fulfilled with. */
class Wait<T> extends QueueLink {
  readonly #resolve: (value: T) => void;
  readonly #reject: (reason: Error) => void;
  /** The app's, which may await it or not; null where there is none. */
  promise: Promise<T> | null = null;
  value: T;
  /** What calls it off; null where nothing is to come. */
  source: { cancel(): void } | null = null;

  constructor(resolve: (value: T) => void, reject: (reason: Error) => void, value: T) {
    super();
    this.#resolve = resolve;
    this.#reject = reject;
    this.value = value;
  }

  fulfil(): void {
    this.#resolve(this.value);
  }

  reject(reason: Error): void {
    this.source?.cancel();
    // Of one that is not awaited nobody shall say that nobody handled it: on Node that would end the process.
    this.promise?.catch(() => {});
    this.#reject(reason);
  }
}

/** @param value What it will be fulfilled with. */
function promisedWait<T>(value: T): Wait<T> {
  let wait: Wait<T>;
  const promise = new Promise<T>((resolve, reject) => wait = new Wait(resolve, reject, value));
  wait!.promise = promise;
  return wait!;
}

type AnyWait = Wait<undefined> | Wait<Woken>;

/**
 * What one task waits for: its suspends and sleeps, several at once where the app branched (`Promise.all`). Each that is due
 * is fulfilled in the task's next slice.
 */
export class Waits {
  readonly #task: CoreTask;
  readonly #scheduler: Scheduler;
  readonly #pending = new LinkedQueue<AnyWait>();
  readonly #due = new LinkedQueue<AnyWait>();
  /** What the next `suspend` waits for. */
  #registered: RegisteredWait[] | null = null;
  /** What a yield waits for. */
  #parked: Wait<Woken> | null = null;

  constructor(task: CoreTask, scheduler: Scheduler) {
    this.#task = task;
    this.#scheduler = scheduler;
  }

  /** Whether a sleep, or a wait for targets, is under way that will call `ready` by itself. */
  get sleeping(): boolean {
    return this.#pending.size > 0;
  }

  /** Whether the next `suspend` has something to wait for. */
  get hasRegistered(): boolean {
    return this.#registered !== null;
  }

  register(wait: RegisteredWait): void {
    const { target, side } = wait;
    const registered = this.#registered ??= [];
    const before = registered.findIndex((other) => other.target === target && other.side === side);
    if (before < 0) registered.push(wait);
    else registered[before] = wait;
  }

  giveWay(): Promise<void> {
    const wait = promisedWait<undefined>(undefined);
    this.#resume(wait);
    return wait.promise!;
  }

  suspend(): Promise<Woken> {
    const wait = promisedWait(RESUMED);
    if (this.hasRegistered) this.#waitForFirst(wait);
    else this.#resume(wait);
    return wait.promise!;
  }

  #resume(wait: AnyWait): void {
    this.#due.push(wait);
    this.#scheduler.ready(this.#task);
  }

  /** As `suspend` with something registered, for a request that awaits nothing: at a yield. */
  park(woken: (woken: Woken) => void): void {
    this.#parked = new Wait<Woken>(woken, () => {}, RESUMED);
    this.#waitForFirst(this.#parked);
  }

  /** Calls off what `park` began, if it is under way. */
  unpark(): void {
    const parked = this.#parked;
    this.#parked = null;
    if (parked !== null && this.#pending.remove(parked)) parked.source?.cancel();
  }

  #waitForFirst(wait: Wait<Woken>): void {
    const registered = this.#registered ?? [];
    this.#registered = null;
    this.#pending.push(wait);
    wait.source = waitForFirst(registered, this.#scheduler, (woken) => {
      wait.value = woken;
      this.#wake(wait);
    });
  }

  sleep(ms: number): Promise<void> {
    const wait = promisedWait<undefined>(undefined);
    this.#pending.push(wait);
    wait.source = this.#scheduler.sleep(this.#task, ms, () => this.#wake(wait));
    return wait.promise!;
  }

  #wake(wait: AnyWait): void {
    this.#pending.remove(wait);
    this.#resume(wait);
  }

  /** Runs the slice: fulfils what is due. */
  fulfil(): void {
    for (let wait = this.#due.shift(); wait !== null; wait = this.#due.shift()) wait.fulfil();
  }

  /** Calls off what is not due: the first one woke the core, as uWSGI's waits for several do. Their promises never settle. */
  forget(): void {
    for (let wait = this.#pending.shift(); wait !== null; wait = this.#pending.shift()) wait.source?.cancel();
  }

  /** Ends what waits with `reason`. */
  reject(reason: Error): void {
    this.#registered = null;
    for (let wait = this.#pending.shift(); wait !== null; wait = this.#pending.shift()) wait.reject(reason);
    for (let wait = this.#due.shift(); wait !== null; wait = this.#due.shift()) wait.reject(reason);
  }
}
