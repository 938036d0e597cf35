/**
 * `deno task bench [NAME...]`: what a request costs, beside the raw socket, the runtime's own server and what people use; see README.md.
 * Machines are noisy: only ratios within one run mean something.
 */
import { runProcess } from "../scripts/run_process.ts";
import { type Command, readCommand, USAGE, UsageError } from "./command.ts";
import { label } from "./contestants.ts";
import { readMachine } from "./machine.ts";
import { preparer, turnsOf } from "./measure.ts";
import { checkMachine, type Executable, prepare } from "./prepare.ts";
import { chart } from "./report/chart.ts";
import { formatFigure } from "./report/format.ts";
import { type Machine, type Report, summarize } from "./report/summary.ts";
import { table } from "./report/table.ts";
import { type Progress, takeTurns } from "./turns.ts";
import type { BenchRuntime, Contestant, Workload } from "./workload.ts";
import { WORKLOADS } from "./workloads/all.ts";

/** As issue 4 asks for, at least. */
const ROUNDS = 5;

const RESULTS = new URL("results/", import.meta.url);

async function main(args: readonly string[]): Promise<number> {
  const command = readCommand(args);
  if (command.instead === "help") console.log(USAGE);
  else if (command.instead === "list") list();
  else return await runAll(command);
  return 0;
}

function list(): void {
  const width = Math.max(...WORKLOADS.map(({ name }) => name.length));
  for (const { name, shows } of WORKLOADS) console.log(`${name.padEnd(width)}  ${shows}`);
}

async function runAll(command: Command): Promise<number> {
  await checkMachine();
  const chosen = command.workloads.map((workload) => [workload, contestantsOf(workload, command)] as const);
  const executables = await prepare(chosen.flatMap(([, contestants]) => contestants));
  const machine = await readMachine();
  let failures = 0;
  for (const [workload, wanted] of chosen) {
    const contestants = wanted.filter(({ runtime }) => executables.has(runtime));
    if (contestants.length === 0) continue;
    const report = await runOne(workload, contestants, command, executables, machine);
    failures += report.rows.filter(({ error }) => error !== null).length;
    console.log(`\n${table(report)}\n`);
    await keep(report, command.save, contestants.length === workload.contestants.length && command.requests === null);
  }
  return failures === 0 ? 0 : 1;
}

function contestantsOf(workload: Workload, { runtimes }: Command): Contestant[] {
  return workload.contestants.filter(({ runtime }) => runtimes === null || runtimes.has(runtime));
}

async function runOne(
  workload: Workload,
  contestants: readonly Contestant[],
  command: Command,
  executables: ReadonlyMap<BenchRuntime, Executable>,
  machine: Machine,
): Promise<Report> {
  const rounds = command.rounds ?? workload.rounds ?? ROUNDS;
  const turns = turnsOf(workload.plan, command.turns);
  const pathOf = ({ runtime }: Contestant) => executables.get(runtime)!.path;
  const taken = await takeTurns(
    contestants,
    { rounds, turns },
    preparer(workload.plan, contestants, pathOf, command),
    progressOf(workload),
  );
  return summarize(workload, taken, {
    date: new Date().toISOString().slice(0, 10),
    machine,
    rounds,
    turns,
    seconds: command.seconds,
    warmUpSeconds: command.warmUpSeconds,
    versions: new Map([...executables].map(([runtime, { version }]) => [runtime, version])),
  });
}

function progressOf({ name, figure }: Workload): Progress {
  return (done, all, contestant, result) => {
    const place = `${name} ${String(done).padStart(String(all).length)}/${all}  ${label(contestant)}`;
    if (result instanceof Error) console.error(`${place}: failed: ${result.message}`);
    else {
      const traffic = result.traffic === null ? "" : `, ${Math.round(result.traffic.requestsPerSecond).toLocaleString("en")} requests/s`;
      console.error(`${place}: ${formatFigure(result.figure, figure.unit)}${traffic}`);
    }
  };
}

async function keep(report: Report, save: boolean, whole: boolean): Promise<void> {
  if (!save) return;
  if (!whole) {
    console.log("not kept: results/ holds runs with every contestant, and every request");
    return;
  }
  const [json, svg] = ["json", "svg"].map((extension) => new URL(`${report.workload}.${extension}`, RESULTS).pathname) as [string, string];
  await Deno.writeTextFile(json, JSON.stringify(report));
  await Deno.writeTextFile(svg, chart(report));
  // The gate wants every file as the formatter leaves it.
  const formatted = await runProcess(Deno.execPath(), ["fmt", "--quiet", json, svg]);
  if (formatted.code !== 0) throw new Error(`keep ${json}: deno fmt ended with ${formatted.code}\n${formatted.output}`);
  console.log(`kept: bench/results/${report.workload}.json and .svg`);
}

try {
  Deno.exit(await main(Deno.args));
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(error.message);
  Deno.exit(2);
}
