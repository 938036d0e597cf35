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
 * Reads `[--minutes N] [--seed N] [RUNTIME ...]` from the command line.
 *
 * @param worker The module that each runtime runs, from the project's folder.
 * @throws {Error} A value is none.
 */
export async function readLongRun(worker: string, minutes: number, seed: number): Promise<LongRun> {
  const { values, positionals } = parseArgs({
    args: Deno.args,
    options: { minutes: { type: "string", default: String(minutes) }, seed: { type: "string", default: String(seed) } },
    allowPositionals: true,
  });
  const given = Number(values.minutes);
  if (!(given > 0)) throw new Error(`--minutes ${values.minutes}: not a number above 0`);
  const found = await findRuntimes(positionals.length === 0 ? RUNTIMES : positionals.map(runtimeOf));
  const workers = [...found].map(([name, { path }]) => {
    const flags = name === "deno" ? ["run", "-A", "--no-check"] : [];
    return { name, path, args: [...flags, worker, String(given * 60), values.seed] };
  });
  return { minutes: given, seed: values.seed, workers };
}

/** Starts a worker, in the project's folder. */
export function startWorker({ path, args }: LongRun["workers"][number], stdout: "piped" | "inherit"): Deno.ChildProcess {
  return new Deno.Command(path, { args: [...args], cwd: ROOT, stdout, stderr: "inherit" }).spawn();
}

function runtimeOf(name: string): typeof RUNTIMES[number] {
  const found = RUNTIMES.find((runtime) => runtime === name);
  if (found === undefined) throw new Error(`run on "${name}": the runtimes are ${RUNTIMES.join(", ")}`);
  return found;
}
