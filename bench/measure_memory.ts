import { hold } from "./hold.ts";
import { end, ServerProcess } from "./server_process.ts";
import { settledBytes } from "./settled_bytes.ts";
import { CONNECTIONS, type MemoryPlan, type Round } from "./workload.ts";
import { wrk } from "./wrk.ts";

/** Well below the 75 s after which idle connections are closed. */
const SETTLE_MS = 2000;

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
    holders.push(await hold(server, plan.connections, plan.path));
    const before = await settledBytes(server, SETTLE_MS);
    holders.push(await hold(server, plan.connections, plan.path));
    return { figure: (await settledBytes(server, SETTLE_MS) - before) / plan.connections, traffic: null };
  } finally {
    await Promise.all(holders.map((holder) => end(holder)));
    await server.stop();
  }
}
