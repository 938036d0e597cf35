import type { Waited } from "../../waited.ts";
import { errnoOf } from "./errno.ts";
import type { Guest } from "./guest.ts";

/**
 * Asks the host, and waits for its answer.
 *
 * @param took What becomes of that, and its number.
 * @returns The number of the host's error; 0 where it did what it was to do.
 */
export function errnoOfHost<T>(guest: Guest, ask: () => Waited<T>, took: (value: T) => number): Waited<number> {
  let answer: Waited<T>;
  try {
    answer = ask();
  } catch (error) {
    return errnoOf(error);
  }
  return answer instanceof Promise ? errnoOfPromise(guest, answer, took) : took(answer);
}

async function errnoOfPromise<T>(guest: Guest, promise: Promise<T>, took: (value: T) => number): Promise<number> {
  let value: T;
  try {
    value = await guest.hosted(promise);
  } catch (error) {
    guest.check();
    return errnoOf(error);
  }
  return took(value);
}
