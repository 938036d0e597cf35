import { label } from "../contestants.ts";
import type { Taken } from "../turns.ts";
import type { BenchRuntime, Contestant, Figure, Round, Target, Traffic, Workload } from "../workload.ts";

/** Where the results come from. */
export interface Machine {
  readonly processor: string;
  readonly processors: number;
  readonly memoryGiB: number;
  readonly system: string;
}

/** A contestant's medians. */
export interface Row {
  readonly runtime: BenchRuntime;
  readonly version: string;
  readonly name: string;
  readonly role: Contestant["role"];
  /** Of the figure; null if no round succeeded. */
  readonly median: number | null;
  readonly least: number | null;
  readonly most: number | null;
  /** Medians of what the figure was made of, if it was made of something. */
  readonly readings?: Readonly<Record<string, number>>;
  readonly traffic: Traffic | null;
  /** Its median by that of each other contestant that is not heddle: of the same runtime by name, and uWSGI. */
  readonly ratios: Readonly<Record<string, number>>;
  readonly error: string | null;
}

/** A target, and what this run says of it. */
export interface Outcome {
  /** `node, heddle, of own server` */
  readonly what: string;
  readonly kind: Target["kind"];
  readonly most: number;
  readonly measured: number;
  readonly met: boolean;
}

/** How a run was made. */
export interface RunFacts {
  readonly date: string;
  readonly machine: Machine;
  readonly rounds: number;
  readonly seconds: number;
  readonly warmUpSeconds: number;
}

/** What is kept of a run: `results/NAME.json`. */
export interface Report extends RunFacts {
  readonly workload: string;
  readonly shows: string;
  readonly figure: Figure;
  readonly rows: readonly Row[];
  readonly targets: readonly Outcome[];
}

/** Medians, spread, ratios of medians, and which targets they meet. */
export function summarize(
  workload: Workload,
  taken: ReadonlyMap<Contestant, Taken>,
  { versions, ...facts }: RunFacts & { readonly versions: ReadonlyMap<BenchRuntime, string> },
): Report {
  const bare = [...taken].map(([contestant, { rounds, error }]) =>
    rowOf(contestant, versions.get(contestant.runtime) ?? "", rounds, error)
  );
  const rows = bare.map((row) => ({ ...row, ratios: ratiosOf(row, bare) }));
  const targets = workload.targets.map((target) => outcomeOf(target, rows)).filter((outcome) => outcome !== null);
  const { name, shows, figure } = workload;
  return { workload: name, shows, figure, ...facts, rows, targets };
}

function rowOf({ runtime, name, role }: Contestant, version: string, rounds: readonly Round[], error: string | null): Row {
  const figures = rounds.map(({ figure }) => figure);
  const some = figures.length > 0;
  return {
    runtime,
    version,
    name,
    role,
    median: some ? round2(middle(figures)) : null,
    least: some ? round2(Math.min(...figures)) : null,
    most: some ? round2(Math.max(...figures)) : null,
    ...readingsOf(rounds),
    traffic: trafficOf(rounds),
    ratios: {},
    error,
  };
}

function readingsOf(rounds: readonly Round[]): Pick<Row, "readings"> {
  const names = Object.keys(rounds[0]?.readings ?? {});
  if (names.length === 0) return {};
  return { readings: Object.fromEntries(names.map((name) => [name, round2(middle(rounds.map(({ readings }) => readings![name]!)))])) };
}

function trafficOf(rounds: readonly Round[]): Traffic | null {
  const seen = rounds.map(({ traffic }) => traffic).filter((traffic) => traffic !== null);
  if (seen.length === 0) return null;
  const median = (pick: (traffic: Traffic) => number) => Math.round(middle(seen.map(pick)));
  return {
    requestsPerSecond: median((traffic) => traffic.requestsPerSecond),
    p50Micros: median((traffic) => traffic.p50Micros),
    p99Micros: median((traffic) => traffic.p99Micros),
  };
}

function ratiosOf(row: Row, rows: readonly Row[]): Record<string, number> {
  const others = rows.filter((other) =>
    other !== row && (other.runtime === row.runtime || isEverybodys(other.runtime)) && other.role !== "heddle" && other.role !== "variant"
  );
  const ratios: Record<string, number> = {};
  for (const other of others) {
    if (row.median !== null && other.median !== null) ratios[other.name] = round2(row.median / other.median);
  }
  return ratios;
}

/** No runtime of ours, and so compared with all of them. */
function isEverybodys(runtime: BenchRuntime): boolean {
  return runtime === "uwsgi" || runtime === "nginx";
}

/** Null if a contestant that it compares was not measured. */
function outcomeOf({ runtime, contestant, kind, to, most }: Target, rows: readonly Row[]): Outcome | null {
  const median = (of: { runtime: BenchRuntime; name: string }) =>
    rows.find((row) => row.runtime === of.runtime && row.name === of.name)?.median ?? null;
  const own = median({ runtime, name: contestant });
  const other = to === null ? 0 : median(to);
  if (own === null || other === null) return null;
  const measured = round2(kind === "ratio" ? own / other : own - other);
  const relation = to === null ? "" : `, ${kind === "ratio" ? "of" : "above"} ${to.name}`;
  return { what: `${label({ runtime, name: contestant })}${relation}`, kind, most, measured, met: measured <= most };
}

function middle(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}

function round2(value: number): number {
  return Math.round(value * 100) / 100;
}
