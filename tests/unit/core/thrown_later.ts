/** Runs a test with `queueMicrotask` taken over, and gives what was thrown from there, which would end the test run otherwise. */
export async function thrownLater(run: () => void | Promise<void>): Promise<unknown[]> {
  const original = globalThis.queueMicrotask;
  const errors: unknown[] = [];
  globalThis.queueMicrotask = (callback) =>
    original(() => {
      try {
        callback();
      } catch (error) {
        errors.push(error);
      }
    });
  try {
    await run();
    await null;
  } finally {
    globalThis.queueMicrotask = original;
  }
  return errors;
}
