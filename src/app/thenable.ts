/**
 * Whether a value is a promise, of this realm or of a library: then it is awaited. What is none costs no turn of the microtask queue.
 *
 * @param value What an app gave.
 */
export function isThenable<T>(value: T | PromiseLike<T>): value is PromiseLike<T> {
  return typeof (value as { then?: unknown } | null | undefined)?.then === "function";
}
