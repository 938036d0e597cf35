/**
 * The current task, found through AsyncLocalStorage, and walls between requests.
 *
 * A request often starts on the stack of another: where that one gives its core back, or was pipelined before it. So `storage.run` alone
 * would let the new one see what the other's app put into AsyncLocalStorages of its own (a user, a trace), and on Node 24 and Bun 1.4
 * `enterWith` in an app even outlives the `run` around it. So each request enters from a scope that stands outside of all.
 *
 * An AsyncLocalStorage of Deno 2.9 has its values in a WeakMap, one entry a `run`, and V8's collections of young objects take those values
 * for alive: only a full one frees them. With the request as the value, a collection was 7 ms instead of 0.7, and a request 6 to 10 %
 * dearer. So the value is a task, which has nothing but the request, and lets go of it at its end.
 *
 * Seen on Deno 2.9, Bun 1.4, Node 20 and 24; which way a runtime needs is found by trying, below.
 */
import { AsyncLocalStorage, AsyncResource } from "node:async_hooks";
import type { CoreTask } from "../contract/engine.ts";

const storage = new AsyncLocalStorage<CoreTask>();
/** The context in which this module was loaded. */
const outside = new AsyncResource("heddle.outside");

/** Deno: what is entered within `run` ends with it. There a `run` costs 0.2 us and a scope 0.65; elsewhere a scope costs 0.01 to 0.04. */
const RUN_RESTORES_ALL = probeRun();
/** Not Node 20: what is entered within a resource's scope does not stay with the resource. */
const SCOPE_FORGETS = probeScope();

/**
 * Runs `run(argument)` as this task's code: within it, and in all that is awaited or scheduled in it, `currentCore` gives the
 * task. It sees no AsyncLocalStorage of another request's. The argument saves the caller a closure.
 */
export function enterCore<A>(task: CoreTask, run: (argument: A) => void, argument: A): void {
  if (RUN_RESTORES_ALL && storage.getStore() === undefined) storage.run(task, run, argument);
  else scope().runInAsyncScope(enter, null, task, run, argument);
}

/** Runs `run` outside of every request: a timer that many share is none of them's. */
export function outsideRequests(run: () => void): void {
  if (storage.getStore() === undefined) run();
  else outside.runInAsyncScope(run);
}

/** The task whose code calls this; null outside of any. Still told after the request has given its core back. */
export function currentCore(): CoreTask | null {
  return storage.getStore() ?? null;
}

function enter<A>(task: CoreTask, run: (argument: A) => void, argument: A): void {
  storage.enterWith(task);
  run(argument);
}

function scope(): AsyncResource {
  return SCOPE_FORGETS ? outside : outside.runInAsyncScope(newScope, null);
}

function newScope(): AsyncResource {
  return new AsyncResource("heddle.request", { requireManualDestroy: true });
}

function probeRun(): boolean {
  const around = new AsyncLocalStorage<number>();
  const inner = new AsyncLocalStorage<number>();
  return new AsyncResource("heddle.probe").runInAsyncScope(() => {
    around.run(1, () => inner.enterWith(2));
    return inner.getStore() === undefined;
  });
}

function probeScope(): boolean {
  const store = new AsyncLocalStorage<number>();
  const resource = new AsyncResource("heddle.probe");
  resource.runInAsyncScope(() => store.enterWith(1));
  return resource.runInAsyncScope(() => store.getStore() === undefined);
}
