import type { ServerProcess } from "./server_process.ts";

const SAMPLES = 5;
const BETWEEN_SAMPLES_MS = 200;

/**
 * A server's resident memory at rest: the least of a few samples, since what a collector is about to free is held by nothing.
 *
 * @param settleMs Waited first: collectors go on for a while after a load.
 */
export async function settledBytes(server: ServerProcess, settleMs: number): Promise<number> {
  await new Promise((resolve) => setTimeout(resolve, settleMs));
  let least = Infinity;
  for (let sample = 0; sample < SAMPLES; sample++) {
    least = Math.min(least, await server.residentBytes());
    await new Promise((resolve) => setTimeout(resolve, BETWEEN_SAMPLES_MS));
  }
  return least;
}
