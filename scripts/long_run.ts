/** What `deno task fuzz` and `deno task soak` have in common: a worker on each of the runtimes that run TypeScript, for so many minutes. */
import { parseArgs } from "node:util";
import { ROOT } from "./root.ts";
import { findRuntimes, type RuntimeName } from "./runtimes.ts";

const RUNTIMES = ["deno", "bun", "node"] as const satisfies readonly RuntimeName[];

/** What was asked for. */
export interface LongRun {
  readonly minutes: number;
  readonly seed: string;
  /** The runtimes, and for each the command of its worker, which takes seconds and a seed. */
  readonly workers: readonly { readonly name: RuntimeName; readonly path: string; readonly args: readonly string[] }[];
}

/**
 * Reads `[--minutes N] [--seed N] [RUNTIME ...]` from the command line. What is wrong in it is told, and ends the process with 2.
 *
 * @param worker The module that each runtime runs, from the project's folder.
 */
export async function readLongRun(worker: string, minutes: number, seed: number): Promise<LongRun> {
  let asked: ReturnType<typeof readArguments>;
  try {
    asked = readArguments(minutes, seed);
  } catch (error) {
    console.error(
      `${(error as Error).message}\nuse it with [--minutes N] [--seed N] [RUNTIME ...]; the runtimes are ${RUNTIMES.join(", ")}`,
    );
    Deno.exit(2);
  }
  const found = await findRuntimes(asked.runtimes);
  const workers = [...found].map(([name, { path }]) => {
    const flags = name === "deno" ? ["run", "-A", "--no-check"] : [];
    return { name, path, args: [...flags, worker, String(asked.minutes * 60), asked.seed] };
  });
  return { minutes: asked.minutes, seed: asked.seed, workers };
}

function readArguments(minutes: number, seed: number) {
  const { values, positionals } = parseArgs({
    args: Deno.args,
    options: { minutes: { type: "string", default: String(minutes) }, seed: { type: "string", default: String(seed) } },
    allowPositionals: true,
  });
  const given = Number(values.minutes);
  if (!(given > 0)) throw new RangeError(`--minutes ${values.minutes}: not a number above 0`);
  return { minutes: given, seed: values.seed, runtimes: positionals.length === 0 ? RUNTIMES : positionals.map(runtimeOf) };
}

/** Runs the workers one after the other; what they print is printed. @returns Whether all went well. */
export async function runInTurn({ minutes, workers }: LongRun): Promise<boolean> {
  let isWell = true;
  for (const worker of workers) {
    console.log(`${worker.name}: ${minutes} minutes`);
    const { success } = await startWorker(worker, "inherit").status;
    isWell &&= success;
  }
  return isWell;
}

/** Starts a worker, in the project's folder. */
export function startWorker({ path, args }: LongRun["workers"][number], stdout: "piped" | "inherit"): Deno.ChildProcess {
  return new Deno.Command(path, { args: [...args], cwd: ROOT, stdout, stderr: "inherit" }).spawn();
}

function runtimeOf(name: string): typeof RUNTIMES[number] {
  const found = RUNTIMES.find((runtime) => runtime === name);
  if (found === undefined) throw new RangeError(`there is no runtime "${name}"`);
  return found;
}
