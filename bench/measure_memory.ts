import { end, LOAD_CPU, matchIn, ServerProcess, spawnPinned } from "./server_process.ts";
import { CONNECTIONS, type MemoryPlan, type Round } from "./workload.ts";
import { wrk } from "./wrk.ts";

/** Connections are opened within this time. */
const OPENING_MS = 60_000;

/** Before memory is looked at: collectors go on for a while after a load. */
const SETTLE_MS = 2000;

const SAMPLES = 5;
const BETWEEN_SAMPLES_MS = 200;

/**
 * Bytes of resident memory that a held connection adds to a server that has as many already. The code is compiled by a warm-up, and the
 * first connections take what room a heap grew beyond its need then, which would else make each look cheaper than it is.
 *
 * @throws {Error} The server did not start, or the connections could not be opened.
 */
export async function measureMemory(plan: MemoryPlan, path: string, command: readonly string[], warmUpSeconds: number): Promise<Round> {
  const holders: Deno.ChildProcess[] = [];
  const server = await ServerProcess.start(path, command);
  try {
    await wrk(server.url, { connections: CONNECTIONS }, warmUpSeconds);
    holders.push(await hold(server, plan));
    const before = await settledBytes(server);
    holders.push(await hold(server, plan));
    return { figure: (await settledBytes(server) - before) / plan.connections, traffic: null };
  } finally {
    await Promise.all(holders.map((holder) => end(holder)));
    await server.stop();
  }
}

/** A client process with the connections open. */
async function hold(server: ServerProcess, { connections, path }: MemoryPlan): Promise<Deno.ChildProcess> {
  const client = ["run", "-A", "--no-check", "bench/load/hold_deno.ts", server.hostname, `${server.port}`, `${connections}`, path];
  const child = spawnPinned(LOAD_CPU, Deno.execPath(), client);
  const printed: string[] = [];
  if (await matchIn([child.stdout, child.stderr], /holding/, printed, OPENING_MS) !== null) return child;
  await end(child);
  throw new Error(`hold ${connections} connections to ${server.url}: they could not be opened\n${printed.join("")}`);
}

/** The least of a few samples: what a collector is about to free is not held by a connection. */
async function settledBytes(server: ServerProcess): Promise<number> {
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
  let least = Infinity;
  for (let sample = 0; sample < SAMPLES; sample++) {
    least = Math.min(least, await server.residentBytes());
    await new Promise((resolve) => setTimeout(resolve, BETWEEN_SAMPLES_MS));
  }
  return least;
}
