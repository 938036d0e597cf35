import { setTimeout as sleep } from "node:timers/promises";

/** What an engine may rethrow a handler's error from. */
const SCHEDULERS = ["setImmediate", "setTimeout", "queueMicrotask"] as const;

type Schedule = (callback: (...values: unknown[]) => void, ...values: unknown[]) => unknown;

/**
 * Runs something, and gives what was thrown meanwhile from tasks of their own, which would end the test run otherwise.
 */
export async function thrownLater(run: () => Promise<void>): Promise<unknown[]> {
  const errors: unknown[] = [];
  const originals = SCHEDULERS.map((name) => [name, globalThis[name]] as const);
  for (const [name, original] of originals) {
    const schedule: Schedule = (callback, ...values) => {
      const caught = (...given: unknown[]) => {
        try {
          callback(...given);
        } catch (error) {
          errors.push(error);
        }
      };
      return Reflect.apply(original, globalThis, [caught, ...values]);
    };
    Reflect.set(globalThis, name, schedule);
  }
  try {
    await run();
    await sleep(5);
  } finally {
    for (const [name, original] of originals) Reflect.set(globalThis, name, original);
  }
  return errors;
}
