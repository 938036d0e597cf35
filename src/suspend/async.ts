import { callFetch } from "../app/fetch.ts";
import type { App } from "../contract/app.ts";
import type { CoreContext, CoreTask, Scheduler, SuspendEngine } from "../contract/engine.ts";
import type { RegisteredWait, Woken } from "../contract/waiting.ts";
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
    enterCore(request.task, callFetch, request);
  }

  resume(task: CoreTask): void {
    waitsOf(task)?.fulfil();
  }

  register(task: CoreTask, wait: RegisteredWait): void {
    this.#waits(task).register(wait);
  }

  giveWay(task: CoreTask): Promise<void> {
    return this.#waits(task).giveWay();
  }

  suspend(task: CoreTask): Promise<Woken> {
    return this.#waits(task).suspend();
  }

  sleep(task: CoreTask, ms: number): Promise<void> {
    return this.#waits(task).sleep(ms);
  }

  kill(task: CoreTask, reason: HarakiriError): void {
    waitsOf(task)?.reject(reason);
  }

  /** Made when a task waits for the first time: most never do. */
  #waits(task: CoreTask): Waits {
    const kept = waitsOf(task);
    if (kept !== null) return kept;
    const waits = new Waits(task, this.#scheduler);
    task.kept = waits;
    return waits;
  }
}

function waitsOf(task: CoreTask): Waits | null {
  return task.kept as Waits | null;
}
