import { ServerProcess } from "./server_process.ts";
import { settledBytes } from "./settled_bytes.ts";
import { CONNECTIONS, type MemoryAfterPlan, type Round } from "./workload.ts";
import { wrkUntil } from "./wrk.ts";

/** Bun and V8 collect what is left over, and give back what is free, some seconds after the last request. */
const SETTLE_MS = 8000;

/**
 * Bytes of resident memory that a server has more after work than after its first requests and connections: the larger of what it has
 * after very many requests, and after very many connections besides.
 *
 * @throws {Error} The server did not start, or the load saw an error.
 */
export async function measureMemoryAfter(plan: MemoryAfterPlan, path: string, command: readonly string[]): Promise<Round> {
  const server = await ServerProcess.start(path, command);
  try {
    const pipelined = { connections: CONNECTIONS, script: "pipeline.lua" };
    const closed = { connections: CONNECTIONS, script: "connect.lua" };
    await wrkUntil(plan.firstRequests, server.url, pipelined, 1);
    await wrkUntil(plan.firstConnections, server.url, closed, 2);
    const first = await settledBytes(server, SETTLE_MS);
    await wrkUntil(plan.requests, server.url, pipelined, 5);
    const afterRequests = await settledBytes(server, SETTLE_MS);
    await wrkUntil(plan.connections, server.url, closed, 2);
    const afterConnections = await settledBytes(server, SETTLE_MS);
    return {
      figure: Math.max(afterRequests, afterConnections) - first,
      readings: { first, "after requests": afterRequests, "after connections": afterConnections },
      traffic: null,
    };
  } finally {
    await server.stop();
  }
}
