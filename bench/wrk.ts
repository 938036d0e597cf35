import type { LoadPlan, Traffic } from "./workload.ts";
import { LOAD_CPU } from "./server_process.ts";

/** What wrk saw, and how many requests it counted. */
export interface WrkResult extends Traffic {
  readonly requests: number;
}

/** Requests that may wait this long: a 1 MiB body on one of 64 connections does. */
const TIMEOUT = "10s";

/**
 * Loads a server by wrk, in one thread on a processor of its own.
 *
 * @throws {Error} wrk saw an error or an answer that is not 2xx, or no answer at all.
 */
export async function wrk(url: string, plan: Pick<LoadPlan, "connections" | "script">, seconds: number): Promise<WrkResult> {
  const script = plan.script === undefined ? [] : ["-s", `bench/load/${plan.script}`];
  const output = await new Deno.Command("taskset", {
    args: ["-c", LOAD_CPU, "wrk", "-t1", `-c${plan.connections}`, `-d${seconds}s`, "--timeout", TIMEOUT, "--latency", ...script, url],
    stdout: "piped",
    stderr: "piped",
  }).output();
  const text = new TextDecoder().decode(output.stdout);
  const requests = Number(/(\d+) requests in/.exec(text)?.[1] ?? 0);
  if (requests === 0 || /Socket errors|Non-2xx/.test(text)) {
    throw new Error(`load ${url} by wrk:\n${text}${new TextDecoder().decode(output.stderr)}`);
  }
  return {
    requests,
    requestsPerSecond: Number(/Requests\/sec:\s+([\d.]+)/.exec(text)?.[1] ?? 0),
    p50Micros: micros(/50%\s+([\d.]+)(us|ms|s)/.exec(text)),
    p99Micros: micros(/99%\s+([\d.]+)(us|ms|s)/.exec(text)),
  };
}

function micros(match: RegExpExecArray | null): number {
  if (match === null) return NaN;
  return Math.round(Number(match[1]) * { us: 1, ms: 1000, s: 1_000_000 }[match[2] as "us" | "ms" | "s"]);
}
