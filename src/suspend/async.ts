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
    waitsOf(request)?.fulfil();
  }

  suspend(request: CoreContext): Promise<void> {
    return this.#waits(request).suspend();
  }

  sleep(request: CoreContext, ms: number): Promise<void> {
    return this.#waits(request).sleep(ms);
  }

  kill(request: CoreContext, reason: HarakiriError): void {
    waitsOf(request)?.reject(reason);
  }

  /** Made when a request waits for the first time: most never do. */
  #waits(request: CoreContext): Waits {
    const kept = waitsOf(request);
    if (kept !== null) return kept;
    const waits = new Waits(request, this.#scheduler);
    request.kept = waits;
    return waits;
  }
}

function waitsOf(request: CoreContext): Waits | null {
  return request.kept as Waits | null;
}
