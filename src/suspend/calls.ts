import type { CoreTask } from "../contract/engine.ts";
import type { ReadTarget, TimeLimit, Woken, WriteTarget } from "../contract/waiting.ts";
import { currentCore } from "../core/current.ts";
import { LONGEST_MS } from "../time_limit.ts";
import { registerRead, registerWrite } from "./register.ts";

/**
 * Gives way to the other cores, from any call depth (uWSGI `uwsgi.suspend()`); fulfils in this request's next slice.
 *
 * Where `waitRead` or `waitWrite` have registered something, it gives way until the first of that is ready, has failed or is out of time; the others
 * are called off. Of several that are ready at once it is the one that was registered first. Another core may take what is there before this one's
 * slice has its turn: then the read waits for more.
 *
 * In a yield app's plain generator, which cannot await, `const woken = yield ""` does the same.
 *
 * @example
 * ```ts
 * for (const row of rows) {
 *   total += weigh(row);
 *   await suspend();
 * }
 * ```
 * @returns Which target woke it, or that it timed out.
 * @throws {TypeError} It was called outside of a request.
 */
export function suspend(): Promise<Woken> {
  const task = taskOf("suspend()");
  return task.engine.suspend(task);
}

/**
 * Registers that this request's next `suspend` waits until a target may be read (uWSGI `uwsgi.wait_fd_read()`): it has bytes or its end. Nothing waits
 * here, and nothing is read. A target that is broken or closed, or becomes so meanwhile, wakes the request with its error.
 *
 * @example
 * ```ts
 * waitRead(one, { timeoutMs: 2000 });
 * waitRead(other);
 * const { outcome, target } = await suspend();
 * if (outcome === "timedOut") return new Response("too late", { status: 504 });
 * const bytes = await (target === one ? one : other).read();
 * ```
 * A `suspend` that the app gives up, as the loser of a race, is watched until its target is ready or its time is over: give it a `timeoutMs`.
 *
 * @param target A stream of `connect()` or `adoptFd()`, what `peekable()` gives, or an object of the app's own that has `watchRead` and `unwatch`. A second call for
 * the same target takes the place of the first.
 * @param limit Counted from the `suspend` on.
 * @throws {UnsupportedError} The target is a descriptor's number: these runtimes cannot watch one without reading it; `adoptFd` is the way.
 * @throws {RangeError} The time is out of bounds.
 * @throws {TypeError} It was called outside of a request, or the target cannot be read.
 */
export function waitRead(target: ReadTarget, { timeoutMs = 0 }: TimeLimit = {}): void {
  const task = taskOf("waitRead()");
  registerRead(task, "waitRead", target, timeoutMs);
}

/**
 * Registers that this request's next `suspend` waits until a target may be written (uWSGI `uwsgi.wait_fd_write()`): it has room. As `waitRead` in all
 * else; both may be registered for one target.
 *
 * @param limit Counted from the `suspend` on.
 * @throws {UnsupportedError} The target is a descriptor's number.
 * @throws {RangeError} The time is out of bounds.
 * @throws {TypeError} It was called outside of a request, or the target cannot be written.
 */
export function waitWrite(target: WriteTarget, { timeoutMs = 0 }: TimeLimit = {}): void {
  const task = taskOf("waitWrite()");
  registerWrite(task, "waitWrite", target, timeoutMs);
}

/**
 * Gives way for at least `ms` milliseconds, from any call depth (`asyncSleep` is the same by uWSGI's name).
 *
 * @param ms 0 to 2,147,483,647.
 * @throws {RangeError} `ms` is out of bounds.
 * @throws {TypeError} It was called outside of a request.
 */
export function sleep(ms: number): Promise<void> {
  if (!(ms >= 0 && ms <= LONGEST_MS)) throw new RangeError(`sleep(${ms}): a number of milliseconds from 0 to 2147483647 is wanted`);
  const task = taskOf("sleep()");
  return task.engine.sleep(task, ms);
}

/**
 * `sleep` in seconds, by uWSGI's name (`uwsgi.async_sleep()`); fractions count, where uWSGI cuts them off.
 *
 * @param seconds 0 to 2,147,483.647.
 * @throws {RangeError} `seconds` is out of bounds.
 * @throws {TypeError} It was called outside of a request.
 */
export function asyncSleep(seconds: number): Promise<void> {
  const ms = seconds * 1000;
  if (!(ms >= 0 && ms <= LONGEST_MS)) throw new RangeError(`asyncSleep(${seconds}): a number of seconds from 0 to 2147483.647 is wanted`);
  const task = taskOf("asyncSleep()");
  return task.engine.sleep(task, ms);
}

/**
 * The number of the core that carries the current request, from 0 (uWSGI `env["uwsgi.core"]`).
 *
 * @throws {TypeError} It was called outside of a request.
 */
export function core(): number {
  return taskOf("core()").core;
}

function taskOf(call: string): CoreTask {
  const task = currentCore();
  if (task === null) {
    throw new TypeError(`${call}: no request is being served here; call it from a handler, or from what a handler calls`);
  }
  return task;
}
