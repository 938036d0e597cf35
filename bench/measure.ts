import { hold } from "./hold.ts";
import { measureGarbage } from "./measure_garbage.ts";
import { latencyMeasurer } from "./measure_latency.ts";
import { measureMemory } from "./measure_memory.ts";
import { measureMemoryAfter } from "./measure_memory_after.ts";
import { measureStart } from "./measure_start.ts";
import { end, ServerProcess } from "./server_process.ts";
import type { Contestant, LoadPlan, Plan, Round } from "./workload.ts";
import { wrk } from "./wrk.ts";

/** How long a round takes. */
export interface Timing {
  readonly seconds: number;
  /** Before the clock starts, so that the code is compiled: Bun and V8 compile on threads of their own, whose time counts as the server's. */
  readonly warmUpSeconds: number;
  /** Of `memory-after`; null: as many as its plan says. */
  readonly requests: number | null;
}

/**
 * Makes what measures one round of one contestant, in a process of its own. It rejects if the program did not start, or the load saw an
 * error.
 *
 * @param contestants All that take part.
 * @param pathOf A contestant's executable.
 */
export function measurer(
  plan: Plan,
  contestants: readonly Contestant[],
  pathOf: (contestant: Contestant) => string,
  timing: Timing,
): (contestant: Contestant) => Promise<Round> {
  switch (plan.kind) {
    case "load":
      return (contestant) => measureLoad(plan, pathOf(contestant), contestant, timing);
    case "latency":
      return latencyMeasurer(plan, contestants, pathOf, timing);
    case "garbage":
      return (contestant) => measureGarbage(pathOf(contestant), contestant.command, timing);
    case "start":
      return (contestant) => measureStart(pathOf(contestant), contestant.command);
    case "memory":
      return (contestant) => measureMemory(plan, pathOf(contestant), contestant.command, timing.warmUpSeconds);
    case "memory-after": {
      const fewer = { ...plan, requests: timing.requests ?? plan.requests };
      return (contestant) => measureMemoryAfter(fewer, pathOf(contestant), contestant.command);
    }
  }
}

async function measureLoad(plan: LoadPlan, path: string, { command, idle = 0 }: Contestant, timing: Timing): Promise<Round> {
  const server = await ServerProcess.start(path, command);
  let holder: Deno.ChildProcess | null = null;
  try {
    if (idle > 0) holder = await hold(server, idle, "/");
    const url = new URL(plan.path ?? "/", server.url).href;
    await wrk(url, plan, timing.warmUpSeconds);
    const before = await server.cpuMicros();
    const { requests, ...traffic } = await wrk(url, plan, timing.seconds);
    const cpu = await server.cpuMicros() - before;
    const open = await server.openFiles();
    if (open < idle) throw new Error(`hold ${idle} connections to ${server.url}: there were ${open} at the end`);
    return { figure: cpu / requests / (plan.timesARequest ?? 1), traffic };
  } finally {
    if (holder !== null) await end(holder);
    await server.stop();
  }
}
