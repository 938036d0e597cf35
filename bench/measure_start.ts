import { Printed } from "./printed.ts";
import { end } from "./server_process.ts";
import type { Round } from "./workload.ts";

/** Ten times the slowest start seen. */
const LONGEST_MS = 20_000;

/**
 * Milliseconds from the spawn until "listening on" is read from what the program prints.
 *
 * @throws {Error} It ended without it.
 */
export async function measureStart(path: string, command: readonly string[]): Promise<Round> {
  const started = performance.now();
  const child = new Deno.Command(path, { args: [...command], stdin: "null", stdout: "piped", stderr: "piped", env: { NO_COLOR: "1" } })
    .spawn();
  const printed = new Printed(child);
  const found = await printed.match(/listening on/, LONGEST_MS);
  const figure = performance.now() - started;
  // Where it can, gently: as it ends, Node writes the cache that the next start reads.
  await end(child, found === null ? "SIGKILL" : "SIGTERM");
  if (found === null) throw new Error(`start ${path} ${command.join(" ")}: it did not listen\n${printed.text}`);
  return { figure, traffic: null };
}
