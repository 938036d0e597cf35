/**
 * Throws an error from a microtask of its own: a bug in one callback reaches the runtime's uncaught error handling, and does not
 * stop the loop that called it.
 */
export function throwLater(error: unknown): void {
  queueMicrotask(() => {
    throw error;
  });
}
