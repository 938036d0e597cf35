import { LONGEST_MS } from "../options/units.ts";

/**
 * Refuses what is no time.
 *
 * @throws {RangeError} It is out of bounds.
 */
export function checkTimeout(call: string, timeoutMs: number): void {
  if (timeoutMs >= 0 && timeoutMs <= LONGEST_MS) return;
  throw new RangeError(`${call}(): a timeoutMs of ${timeoutMs}; a number of milliseconds from 0, for none, to ${LONGEST_MS} is wanted`);
}
