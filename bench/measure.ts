import { hold } from "./hold.ts";
import { measureGarbage } from "./measure_garbage.ts";
import { latencyMeasurer } from "./measure_latency.ts";
import { measureMemory } from "./measure_memory.ts";
import { measureMemoryAfter } from "./measure_memory_after.ts";
import { measureStart } from "./measure_start.ts";
import { end, ServerProcess } from "./server_process.ts";
import type { Ready } from "./turns.ts";
import type { Contestant, LoadPlan, Plan, Round } from "./workload.ts";
import { wrk } from "./wrk.ts";

/** How long a turn takes. */
export interface Timing {
  readonly seconds: number;
  /** Before the clock starts, so that the code is compiled: Bun and V8 compile on threads of their own, whose time counts as the server's. */
  readonly warmUpSeconds: number;
  /** Of `memory-after`; null: as many as its plan says. */
  readonly requests: number | null;
}

/** Turns in a round of a plan of that kind: those that are no load have a process of their own for each. */
export function turnsOf({ kind }: Plan, wanted: number): number {
  return kind === "load" ? wanted : 1;
}

/**
 * Makes what makes a contestant ready, in a process of its own. It rejects if the program did not start, or the load saw an error.
 *
 * @param contestants All that take part.
 * @param pathOf A contestant's executable.
 */
export function preparer(
  plan: Plan,
  contestants: readonly Contestant[],
  pathOf: (contestant: Contestant) => string,
  timing: Timing,
): (contestant: Contestant) => Promise<Ready> {
  const once = (measure: (contestant: Contestant) => Promise<Round>) => (contestant: Contestant) =>
    Promise.resolve({ measure: () => measure(contestant), end: () => Promise.resolve() });
  switch (plan.kind) {
    case "load":
      return (contestant) => prepareLoad(plan, pathOf(contestant), contestant, timing);
    case "latency":
      return once(latencyMeasurer(plan, contestants, pathOf, timing));
    case "garbage":
      return once((contestant) => measureGarbage(pathOf(contestant), contestant.command, timing));
    case "start":
      return once((contestant) => measureStart(pathOf(contestant), contestant.command));
    case "memory":
      return once((contestant) => measureMemory(plan, pathOf(contestant), contestant.command, timing.warmUpSeconds));
    case "memory-after": {
      const fewer = { ...plan, requests: timing.requests ?? plan.requests };
      return once((contestant) => measureMemoryAfter(fewer, pathOf(contestant), contestant.command));
    }
  }
}

/** Warmed up, with its idle connections: what is measured is load alone. */
async function prepareLoad(plan: LoadPlan, path: string, { command, idle = 0 }: Contestant, timing: Timing): Promise<Ready> {
  const server = await ServerProcess.start(path, command);
  const url = new URL(plan.path ?? "/", server.url).href;
  let holder: Deno.ChildProcess | null = null;
  const stop = async () => {
    if (holder !== null) await end(holder);
    await server.stop();
  };
  try {
    if (idle > 0) holder = await hold(server, idle, "/");
    await wrk(url, plan, timing.warmUpSeconds);
  } catch (error) {
    await stop();
    throw error;
  }
  return { measure: () => measureLoad(plan, server, url, idle, timing.seconds), end: stop };
}

async function measureLoad(plan: LoadPlan, server: ServerProcess, url: string, idle: number, seconds: number): Promise<Round> {
  const before = await server.cpuMicros();
  const { requests, ...traffic } = await wrk(url, plan, seconds);
  const cpu = await server.cpuMicros() - before;
  const open = await server.openFiles();
  if (open < idle) throw new Error(`hold ${idle} connections to ${url}: there were ${open} at the end`);
  return { figure: cpu / requests / (plan.timesARequest ?? 1), traffic };
}
