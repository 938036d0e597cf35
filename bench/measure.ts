import { measureMemory } from "./measure_memory.ts";
import { measureStart } from "./measure_start.ts";
import { ServerProcess } from "./server_process.ts";
import type { Contestant, LoadPlan, Plan, Round } from "./workload.ts";
import { wrk } from "./wrk.ts";

/** How long a round takes. */
export interface Timing {
  readonly seconds: number;
  /** Before the clock starts, so that the code is compiled: Bun and V8 compile on threads of their own, whose time counts as the server's. */
  readonly warmUpSeconds: number;
}

/**
 * One round of one contestant, in a process of its own.
 *
 * @param path The runtime's executable.
 * @throws {Error} The program did not start, or the load saw an error.
 */
export async function measure(plan: Plan, path: string, contestant: Contestant, timing: Timing): Promise<Round> {
  switch (plan.kind) {
    case "load":
      return await measureLoad(plan, path, contestant.command, timing);
    case "start":
      return await measureStart(path, contestant.command);
    case "memory":
      return await measureMemory(plan, path, contestant.command, timing.warmUpSeconds);
  }
}

async function measureLoad(plan: LoadPlan, path: string, command: readonly string[], timing: Timing): Promise<Round> {
  const server = await ServerProcess.start(path, command);
  try {
    await wrk(server.url, plan, timing.warmUpSeconds);
    const before = await server.cpuMicros();
    const { requests, ...traffic } = await wrk(server.url, plan, timing.seconds);
    const cpu = await server.cpuMicros() - before;
    return { figure: cpu / requests / (plan.timesARequest ?? 1), traffic };
  } finally {
    await server.stop();
  }
}
