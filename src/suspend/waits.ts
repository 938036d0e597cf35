import type { CoreContext, Scheduler } from "../contract/engine.ts";
import type { HarakiriError } from "../errors.ts";

/** One `suspend` or `sleep` that has not come back. */
interface Wait {
  readonly resolve: () => void;
  readonly reject: (reason: HarakiriError) => void;
  timer: { cancel(): void } | null;
}

/**
 * What one request waits for: its suspends and sleeps, several at once where the app branched (`Promise.all`). Each that is due
 * is fulfilled in the request's next slice.
 */
export class Waits {
  readonly #request: CoreContext;
  readonly #scheduler: Scheduler;
  readonly #pending = new Set<Wait>();
  #due: Wait[] = [];

  constructor(request: CoreContext, scheduler: Scheduler) {
    this.#request = request;
    this.#scheduler = scheduler;
  }

  /** Whether a sleep is under way that will call `ready` by itself. */
  get sleeping(): boolean {
    return this.#pending.size > 0;
  }

  suspend(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#due.push({ resolve, reject, timer: null });
      this.#scheduler.ready(this.#request);
    });
  }

  sleep(ms: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const wait: Wait = { resolve, reject, timer: null };
      this.#pending.add(wait);
      wait.timer = this.#scheduler.sleep(this.#request, ms, () => this.#wake(wait));
    });
  }

  #wake(wait: Wait): void {
    this.#pending.delete(wait);
    this.#due.push(wait);
    this.#scheduler.ready(this.#request);
  }

  /** Runs the slice: fulfils what is due. */
  fulfil(): void {
    const due = this.#due;
    this.#due = [];
    for (const wait of due) wait.resolve();
  }

  /** Calls off the sleeps that are not due: the first one woke the core, as uWSGI's waits for several do. Their promises never settle. */
  forget(): void {
    if (this.#pending.size === 0) return;
    for (const wait of this.#pending) wait.timer?.cancel();
    this.#pending.clear();
  }

  /** Ends what waits with `reason`. */
  reject(reason: HarakiriError): void {
    for (const wait of this.#pending) {
      wait.timer?.cancel();
      wait.reject(reason);
    }
    this.#pending.clear();
    for (const wait of this.#due) wait.reject(reason);
    this.#due = [];
  }
}
