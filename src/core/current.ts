import { AsyncLocalStorage } from "node:async_hooks";
import type { CoreContext } from "../contract/engine.ts";

const storage = new AsyncLocalStorage<CoreContext>();

/**
 * Runs `run(argument)` as this request's code: within it, and in all that is awaited or scheduled in it, `currentCore` gives the
 * request. The argument saves the caller a closure.
 */
export function enterCore<A>(request: CoreContext, run: (argument: A) => void, argument: A): void {
  storage.run(request, run, argument);
}

/** The request whose code calls this; null outside of any. Still told after the request has given its core back. */
export function currentCore(): CoreContext | null {
  return storage.getStore() ?? null;
}
