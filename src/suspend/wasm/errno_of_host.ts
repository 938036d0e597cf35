import { errnoOf } from "./errno.ts";
import type { Guest } from "./guest.ts";

/** Waits for a host's promise. @returns The number of its error; 0 where it did what it was to do. */
export async function errnoOfHost<T>(guest: Guest, promise: Promise<T>, took: (value: T) => number): Promise<number> {
  let value: T;
  try {
    value = await guest.hosted(promise);
  } catch (error) {
    guest.check();
    return errnoOf(error);
  }
  return took(value);
}
