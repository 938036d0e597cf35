import type { Timing } from "./measure.ts";
import { ServerProcess } from "./server_process.ts";
import { CONNECTIONS, type Round } from "./workload.ts";
import { wrk } from "./wrk.ts";

/** On Bun allocations can be seen only while nothing is collected; the other runtimes do not know this variable. */
const ENVIRONMENT = { BUN_JSC_useGC: "0" };

/**
 * Bytes of the JavaScript heap that a request allocates, as told by `servers/allocated_*.ts`, which a contestant preloads.
 *
 * @throws {Error} The server did not start, or the load saw an error.
 */
export async function measureGarbage(path: string, command: readonly string[], timing: Timing): Promise<Round> {
  const server = await ServerProcess.start(path, command, ENVIRONMENT);
  const allocated = async () => Number((await server.ask(/allocated (\d+)\n/))[1]);
  try {
    const plan = { connections: CONNECTIONS };
    await wrk(server.url, plan, timing.warmUpSeconds);
    const before = await allocated();
    const { requests, ...traffic } = await wrk(server.url, plan, timing.seconds);
    return { figure: (await allocated() - before) / requests, traffic };
  } finally {
    await server.stop();
  }
}
