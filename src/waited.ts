/**
 * What may have to be waited for: a promise, or, where whoever asks stands still until it is there, the value itself. So the same code waits in both ways: by
 * JSPI on the main thread, and by standing still in one of its own.
 */
export type Waited<T> = T | Promise<T>;

/** The steps of what waits more than once; `waitFor` is one of them. */
export type Steps<R> = Generator<Waited<unknown>, R, unknown>;

/** Goes on with a value; at once, if it is there. */
export function after<T, R>(waited: Waited<T>, next: (value: T) => Waited<R>): Waited<R> {
  return waited instanceof Promise ? waited.then(next) : next(waited);
}

/** One wait within steps, as `await` is one in an async function: `yield* waitFor(promise)`. */
export function* waitFor<T>(waited: Waited<T>): Steps<T> {
  return (yield waited) as T;
}

/** Runs steps: at once to their end, if all that they wait for is there; what they throw is thrown then, and else rejected. */
export function drive<R>(steps: Steps<R>): Waited<R> {
  let step = steps.next();
  while (step.done !== true) {
    if (step.value instanceof Promise) return driveOn(steps, step.value);
    step = steps.next(step.value);
  }
  return step.value;
}

async function driveOn<R>(steps: Steps<R>, first: Promise<unknown>): Promise<R> {
  let step: IteratorResult<Waited<unknown>, R> = { done: false, value: first };
  while (step.done !== true) {
    let value: unknown;
    try {
      value = await step.value;
    } catch (error) {
      step = steps.throw(error);
      continue;
    }
    step = steps.next(value);
  }
  return step.value;
}
