/**
 * `deno task bench [--rounds N] [--seconds N] [--warm-up N] [RUNTIME...]`: the server's processor time a request, beside the raw socket and the runtime's own
 * server. Contestants are taken in turn, A B C A B C, for machines are noisy: only ratios within one run mean something.
 */
import { findRuntimes } from "../scripts/runtimes.ts";
import { type Contestant, HELLO } from "./contestants.ts";
import { type Load, measure, type Round } from "./measure.ts";

const RESULTS = new URL("results/hello.json", import.meta.url);

function option(name: string, otherwise: number): number {
  const at = Deno.args.indexOf(`--${name}`);
  return at < 0 ? otherwise : Number(Deno.args[at + 1]);
}

const rounds = option("rounds", 5);
const load: Load = { connections: 64, seconds: option("seconds", 3), warmUpSeconds: option("warm-up", 4) };
const asked = Deno.args.filter((argument) => !/^(--|\d)/.test(argument));
const contestants = HELLO.filter(({ runtime }) => asked.length === 0 || asked.includes(runtime));
const runtimes = await findRuntimes(["deno", "bun", "node"]);

const seen = new Map<Contestant, Round[]>(contestants.map((contestant) => [contestant, []]));
let done = 0;
for (let round = 0; round < rounds; round++) {
  for (const contestant of contestants) {
    const result = await measure(contestant, runtimes.get(contestant.runtime)!.path, load);
    seen.get(contestant)!.push(result);
    console.error(
      `${++done}/${rounds * contestants.length} ${contestant.runtime}, ${contestant.name}: ${
        result.cpuMicros.toFixed(2)
      } us of CPU a request`,
    );
  }
}

const rows = contestants.map((contestant) => {
  const results = seen.get(contestant)!;
  const median = (pick: (round: Round) => number) => middle(results.map(pick));
  const cpu = results.map(({ cpuMicros }) => cpuMicros);
  return {
    runtime: `${contestant.runtime} ${runtimes.get(contestant.runtime)!.version}`,
    name: contestant.name,
    role: contestant.role,
    cpuMicros: round2(middle(cpu)),
    least: round2(Math.min(...cpu)),
    most: round2(Math.max(...cpu)),
    toRaw: ratio(contestant, "raw"),
    toOwn: ratio(contestant, "own"),
    requestsPerSecond: Math.round(median((round) => round.requestsPerSecond)),
    p50Micros: median((round) => round.p50Micros),
    p99Micros: median((round) => round.p99Micros),
  };
});

console.table(rows);
const machine = { cores: navigator.hardwareConcurrency, system: Deno.build.os, processor: await processor() };
const report = {
  date: new Date().toISOString().slice(0, 10),
  workload: "hello, wrk's head, 64 keep-alive connections",
  rounds,
  load,
  machine,
  rows,
};
await Deno.writeTextFile(RESULTS, `${JSON.stringify(report, null, 2)}\n`);

/** Of medians in this run. */
function ratio(contestant: Contestant, role: Contestant["role"]): number | null {
  const other = contestants.find((candidate) => candidate.runtime === contestant.runtime && candidate.role === role);
  if (other === undefined) return null;
  const cpu = (of: Contestant) => middle(seen.get(of)!.map(({ cpuMicros }) => cpuMicros));
  return round2(cpu(contestant) / cpu(other));
}

function middle(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

function round2(value: number): number {
  return Math.round(value * 100) / 100;
}

async function processor(): Promise<string> {
  return /model name\s*:\s*(.*)/.exec(await Deno.readTextFile("/proc/cpuinfo"))?.[1] ?? "unknown";
}
