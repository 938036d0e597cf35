import type { Timing } from "./measure.ts";
import { openLoop } from "./open_loop.ts";
import { ServerProcess } from "./server_process.ts";
import type { BenchRuntime, Contestant, LatencyPlan, Round } from "./workload.ts";
import { wrk } from "./wrk.ts";

/**
 * Makes what measures latency at a part of the load that a runtime's slowest contestant can take, the same rate for each of them. The rate
 * is found when a contestant of that runtime is first measured.
 */
export function latencyMeasurer(
  plan: LatencyPlan,
  contestants: readonly Contestant[],
  pathOf: (contestant: Contestant) => string,
  timing: Timing,
): (contestant: Contestant) => Promise<Round> {
  const rates = new Map<BenchRuntime, Promise<number>>();
  const rateOf = (runtime: BenchRuntime) => {
    const rate = rates.get(runtime) ?? findRate(contestants.filter((contestant) => contestant.runtime === runtime));
    rates.set(runtime, rate);
    return rate;
  };
  const findRate = async (peers: readonly Contestant[]) => {
    let least = Infinity;
    for (const peer of peers) {
      const { requestsPerSecond } = await afterWarmUp(peer, (server) => wrk(server.url, plan, timing.seconds));
      least = Math.min(least, requestsPerSecond);
    }
    return Math.round(least * plan.load);
  };
  const afterWarmUp = async <T>(contestant: Contestant, load: (server: ServerProcess) => Promise<T>) => {
    const server = await ServerProcess.start(pathOf(contestant), contestant.command);
    try {
      await wrk(server.url, plan, timing.warmUpSeconds);
      return await load(server);
    } finally {
      await server.stop();
    }
  };
  return async (contestant) => {
    const rate = await rateOf(contestant.runtime);
    const traffic = await afterWarmUp(contestant, (server) => openLoop(server, plan.connections, rate, timing.seconds));
    return { figure: traffic.p99Micros, traffic };
  };
}
