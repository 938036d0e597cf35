import { LOAD_CPU } from "./server_process.ts";
import type { LoadPlan } from "./workload.ts";
import { readWrk, type WrkResult } from "./wrk_output.ts";

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
  const result = readWrk(text);
  if (result === null) throw new Error(`load ${url} by wrk:\n${text}${new TextDecoder().decode(output.stderr)}`);
  return result;
}

/**
 * Loads a server by wrk, again and again, until it has answered so many requests: wrk itself counts time alone.
 *
 * @throws {Error} As `wrk` does.
 */
export async function wrkUntil(
  requests: number,
  url: string,
  plan: Pick<LoadPlan, "connections" | "script">,
  seconds: number,
): Promise<void> {
  let answered = 0;
  while (answered < requests) answered += (await wrk(url, plan, seconds)).requests;
}
