import { hold } from "./hold.ts";
import { end, ServerProcess } from "./server_process.ts";
import { settledBytes } from "./settled_bytes.ts";
import { CONNECTIONS, type MemoryPlan, type Round } from "./workload.ts";
import { wrk } from "./wrk.ts";

/**
 * Bytes of resident memory that a held connection adds to a server that has as many already. The code is compiled by a warm-up, and the
 * first connections take what room a heap grew beyond its need then, which would else make each look cheaper than it is.
 *
 * @throws {Error} The server did not start, or the connections could not be opened.
 */
export async function measureMemory(plan: MemoryPlan, path: string, command: readonly string[], warmUpSeconds: number): Promise<Round> {
  const { connections, warmUpConnections = CONNECTIONS, settleMs = 2000 } = plan;
  const holders: Deno.ChildProcess[] = [];
  const server = await ServerProcess.start(path, command);
  try {
    await wrk(server.url, { connections: warmUpConnections }, warmUpSeconds);
    holders.push(await hold(server, connections, plan.path));
    const before = await settledBytes(server, settleMs);
    holders.push(await hold(server, connections, plan.path));
    return { figure: (await settledBytes(server, settleMs) - before) / connections, traffic: null };
  } finally {
    await Promise.all(holders.map((holder) => end(holder)));
    await server.stop();
  }
}
