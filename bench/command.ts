import { nearestName } from "../src/options/nearest.ts";
import type { BenchRuntime, Workload } from "./workload.ts";
import { WORKLOADS } from "./workloads/all.ts";

/** What `deno task bench` was asked for. */
export interface Command {
  readonly workloads: readonly Workload[];
  /** Null: all. */
  readonly runtimes: ReadonlySet<BenchRuntime> | null;
  /** Null: each workload's own number, 5 if it names none. */
  readonly rounds: number | null;
  readonly seconds: number;
  readonly warmUpSeconds: number;
  /** Of `memory-after`; null: as many as its plan says. */
  readonly requests: number | null;
  readonly save: boolean;
  /** What to do instead of measuring. */
  readonly instead: "help" | "list" | null;
}

/** The command line is wrong; the message says how. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

const RUNTIME_NAMES: readonly BenchRuntime[] = ["node", "node20", "bun", "deno", "uwsgi", "nginx"];
const NUMBERS = ["--rounds", "--seconds", "--warm-up", "--requests"] as const;
const SWITCHES = ["--list", "--help", "--no-save"] as const;

/** What `--help` prints. */
export const USAGE = `deno task bench [NAME...] [--rounds N] [--seconds N] [--warm-up N] [--requests N] [--no-save]
deno task bench --list

NAME is a workload or a runtime (${RUNTIME_NAMES.join(", ")}); several of a kind add up, and without one all are measured.
  --rounds N    rounds of each contestant, taken in turn (default 5; 15 for start, 3 for memory-after)
  --seconds N   seconds of a round (default 3)
  --warm-up N   seconds of load before each round (default 4)
  --requests N  requests of memory-after, for a trial that is not kept (default 10 million)
  --no-save     print only, and leave bench/results/ as it is
  --list        the workloads, with what they show`;

/**
 * Reads the command line.
 *
 * @throws {UsageError} A name or an option is unknown, or a value is none.
 */
export function readCommand(args: readonly string[]): Command {
  const names: string[] = [];
  const numbers = new Map<string, number>();
  const switches = new Set<string>();
  for (let at = 0; at < args.length; at++) {
    const [word = "", attached] = args[at]!.split("=", 2);
    if (!word.startsWith("-")) names.push(word);
    else if ((SWITCHES as readonly string[]).includes(word)) switches.add(word);
    else if ((NUMBERS as readonly string[]).includes(word)) numbers.set(word, numberOf(word, attached ?? args[++at]));
    else throw unknown("option", word, [...NUMBERS, ...SWITCHES]);
  }
  const runtimes = names.filter(isRuntime);
  const workloads = names.filter((name) => !isRuntime(name)).flatMap(workloadsNamed);
  return {
    workloads: workloads.length === 0 ? WORKLOADS : [...new Set(workloads)],
    runtimes: runtimes.length === 0 ? null : new Set(runtimes),
    rounds: numbers.get("--rounds") ?? null,
    seconds: numbers.get("--seconds") ?? 3,
    warmUpSeconds: numbers.get("--warm-up") ?? 4,
    requests: numbers.get("--requests") ?? null,
    save: !switches.has("--no-save"),
    instead: switches.has("--help") ? "help" : switches.has("--list") ? "list" : null,
  };
}

/** The one of that name, or else those whose name it begins up to a hyphen: `memory` is `memory-idle` and `memory-waiting`. */
function workloadsNamed(name: string): Workload[] {
  const exact = WORKLOADS.filter((workload) => workload.name === name);
  const found = exact.length > 0 ? exact : WORKLOADS.filter((workload) => workload.name.startsWith(`${name}-`));
  if (found.length === 0) throw unknown("workload or runtime", name, [...WORKLOADS.map((workload) => workload.name), ...RUNTIME_NAMES]);
  return found;
}

function isRuntime(name: string): name is BenchRuntime {
  return (RUNTIME_NAMES as readonly string[]).includes(name);
}

function numberOf(option: string, text: string | undefined): number {
  const value = Number(text);
  if (text !== undefined && /^\d+$/.test(text) && value >= 1) return value;
  throw new UsageError(`bench: ${option} takes a whole number from 1${text === undefined ? "" : `, and not "${text}"`}`);
}

function unknown(kind: string, name: string, known: readonly string[]): UsageError {
  const nearest = nearestName(name, known);
  const hint = nearest === null ? "--list shows them" : `did you mean "${nearest}"?`;
  return new UsageError(`bench: there is no ${kind} "${name}"; ${kind === "option" && nearest === null ? "--help shows them" : hint}`);
}
