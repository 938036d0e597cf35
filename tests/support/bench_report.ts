import { type Report, summarize } from "../../bench/report/summary.ts";
import type { Taken } from "../../bench/turns.ts";
import type { BenchRuntime, Contestant, Figure, Round, Target, Workload } from "../../bench/workload.ts";

/** A contestant of a bench that is not run. */
export function contestant(name: string, role: Contestant["role"] = "heddle", runtime: BenchRuntime = "node"): Contestant {
  return { name, role, runtime, command: [] };
}

/** Rounds of nothing but figures. */
export function rounds(...figures: number[]): Round[] {
  return figures.map((figure) => ({ figure, traffic: null }));
}

/** The report of a bench that has given these rounds; an error stands for a contestant that failed at once. */
export function reportOf(
  taken: ReadonlyArray<readonly [Contestant, readonly Round[] | Error]>,
  targets: readonly Target[] = [],
  figure: Figure = { name: "CPU a request", unit: "us" },
): Report {
  const contestants = taken.map(([contestant]) => contestant);
  const workload: Workload = { name: "trial", shows: "What is <tried>.", figure, plan: { kind: "start" }, contestants, targets };
  const results = taken.map(([contestant, result]): [Contestant, Taken] => [
    contestant,
    result instanceof Error ? { rounds: [], error: result.message } : { rounds: [...result], error: null },
  ]);
  return summarize(workload, new Map(results), {
    date: "2026-11-24",
    machine: { processor: "a processor", processors: 2, memoryGiB: 8, system: "linux 6" },
    rounds: 3,
    seconds: 3,
    warmUpSeconds: 4,
    versions: new Map<BenchRuntime, string>([["node", "24.0.0"], ["uwsgi", "2.0"]]),
  });
}
