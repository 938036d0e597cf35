import type { CoreTask, Scheduler } from "../contract/engine.ts";
import { LinkedQueue, QueueLink } from "../core/linked_queue.ts";
import type { HarakiriError } from "../errors.ts";

/** One `suspend` or `sleep` that has not come back. */
class Wait extends QueueLink {
  /** The app's, which may await it or not. */
  readonly promise: Promise<void>;
  resolve!: () => void;
  timer: { cancel(): void } | null = null;
  #reject!: (reason: HarakiriError) => void;

  constructor() {
    super();
    this.promise = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.#reject = reject;
    });
  }

  reject(reason: HarakiriError): void {
    this.timer?.cancel();
    // Of one that is not awaited nobody shall say that nobody handled it: on Node that would end the process.
    this.promise.catch(() => {});
    this.#reject(reason);
  }
}

/**
 * What one task waits for: its suspends and sleeps, several at once where the app branched (`Promise.all`). Each that is due
 * is fulfilled in the task's next slice.
 */
export class Waits {
  readonly #task: CoreTask;
  readonly #scheduler: Scheduler;
  readonly #pending = new LinkedQueue<Wait>();
  readonly #due = new LinkedQueue<Wait>();

  constructor(task: CoreTask, scheduler: Scheduler) {
    this.#task = task;
    this.#scheduler = scheduler;
  }

  /** Whether a sleep is under way that will call `ready` by itself. */
  get sleeping(): boolean {
    return this.#pending.size > 0;
  }

  suspend(): Promise<void> {
    const wait = new Wait();
    this.#due.push(wait);
    this.#scheduler.ready(this.#task);
    return wait.promise;
  }

  sleep(ms: number): Promise<void> {
    const wait = new Wait();
    this.#pending.push(wait);
    wait.timer = this.#scheduler.sleep(this.#task, ms, () => this.#wake(wait));
    return wait.promise;
  }

  #wake(wait: Wait): void {
    this.#pending.remove(wait);
    this.#due.push(wait);
    this.#scheduler.ready(this.#task);
  }

  /** Runs the slice: fulfils what is due. */
  fulfil(): void {
    for (let wait = this.#due.shift(); wait !== null; wait = this.#due.shift()) wait.resolve();
  }

  /** Calls off the sleeps that are not due: the first one woke the core, as uWSGI's waits for several do. Their promises never settle. */
  forget(): void {
    for (let wait = this.#pending.shift(); wait !== null; wait = this.#pending.shift()) wait.timer?.cancel();
  }

  /** Ends what waits with `reason`. */
  reject(reason: HarakiriError): void {
    for (let wait = this.#pending.shift(); wait !== null; wait = this.#pending.shift()) wait.reject(reason);
    for (let wait = this.#due.shift(); wait !== null; wait = this.#due.shift()) wait.reject(reason);
  }
}
