/** What a timer of a runtime can wait, in milliseconds: 24.8 days. */
export const LONGEST_MS = 2_147_483_647;

/**
 * Refuses what is no time limit.
 *
 * @param call Who was given it, such as `connect()`.
 * @throws {RangeError} It is not from 0, for none, to `LONGEST_MS`.
 */
export function checkTimeout(call: string, timeoutMs: number): void {
  if (timeoutMs >= 0 && timeoutMs <= LONGEST_MS) return;
  throw new RangeError(`${call}: a timeoutMs of ${timeoutMs}; a number of milliseconds from 0, for none, to ${LONGEST_MS} is wanted`);
}
