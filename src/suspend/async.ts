import { callFetch } from "../app/fetch.ts";
import type { App } from "../contract/app.ts";
import type { CoreContext, Scheduler, SuspendEngine } from "../contract/engine.ts";
import { enterCore } from "../core/current.ts";
import type { HarakiriError } from "../errors.ts";
import { Waits } from "./waits.ts";

/**
 * The default engine, after uWSGI's greenlet: async functions, which suspend from any call depth because the current core is found
 * through AsyncLocalStorage. Its requests give way at their own `suspend` and `sleep`; awaits of anything else are the runtime's.
 *
 * @param scheduler Where the requests wait.
 */
export function createAsyncEngine(scheduler: Scheduler): SuspendEngine {
  return new AsyncEngine(scheduler);
}

class AsyncEngine implements SuspendEngine {
  readonly name = "async";
  readonly #scheduler: Scheduler;
  /** Of the requests that have ever waited: most never do, and cost nothing here. Weak, for a request may wait after it was answered. */
  readonly #waits = new WeakMap<CoreContext, Waits>();

  constructor(scheduler: Scheduler) {
    this.#scheduler = scheduler;
  }

  accepts(app: App): boolean {
    return app.kind === "fetch";
  }

  start(request: CoreContext): void {
    enterCore(request, callFetch, request);
  }

  resume(request: CoreContext): void {
    this.#waits.get(request)?.fulfil();
  }

  suspend(request: CoreContext): Promise<void> {
    return this.#waitsOf(request).suspend();
  }

  sleep(request: CoreContext, ms: number): Promise<void> {
    return this.#waitsOf(request).sleep(ms);
  }

  kill(request: CoreContext, reason: HarakiriError): void {
    this.#waits.get(request)?.reject(reason);
  }

  #waitsOf(request: CoreContext): Waits {
    let waits = this.#waits.get(request);
    if (waits === undefined) {
      waits = new Waits(request, this.#scheduler);
      this.#waits.set(request, waits);
    }
    return waits;
  }
}
