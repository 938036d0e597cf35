import type { CoreTask } from "../contract/engine.ts";
import { currentCore } from "../core/current.ts";

/**
 * Gives way to the other cores, from any call depth (uWSGI `uwsgi.suspend()`); fulfils in this request's next slice.
 *
 * In a yield app's plain generator, which cannot await, `yield ""` does the same.
 *
 * @example
 * ```ts
 * for (const row of rows) {
 *   total += weigh(row);
 *   await suspend();
 * }
 * ```
 * @throws {TypeError} It was called outside of a request.
 */
export function suspend(): Promise<void> {
  const task = taskOf("suspend()");
  return task.engine.suspend(task);
}

/**
 * Gives way for at least `ms` milliseconds, from any call depth (uWSGI `uwsgi.async_sleep()`, whose seconds are whole).
 *
 * @param ms 0 to 2,147,483,647.
 * @throws {RangeError} `ms` is out of bounds.
 * @throws {TypeError} It was called outside of a request.
 */
export function sleep(ms: number): Promise<void> {
  if (!(ms >= 0 && ms <= 0x7fff_ffff)) throw new RangeError(`sleep(${ms}): a number of milliseconds from 0 to 2147483647 is wanted`);
  const task = taskOf("sleep()");
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
