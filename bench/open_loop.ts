import { Printed } from "./printed.ts";
import { end, LOAD_CPU, type ServerProcess, spawnPinned } from "./server_process.ts";
import type { Traffic } from "./workload.ts";

/** Beyond the time that the requests take by their rate. */
const GRACE_MS = 30_000;

/**
 * Loads a server at a fixed rate, by `load/open_loop_deno.ts`.
 *
 * @param rate Requests a second.
 * @throws {Error} The server closed a connection, or gave no 2xx answer, or none for 10 s.
 */
export async function openLoop(server: ServerProcess, connections: number, rate: number, seconds: number): Promise<Traffic> {
  const numbers = [server.port, connections, rate, Math.ceil(rate * seconds)].map(String);
  const client = spawnPinned(LOAD_CPU, Deno.execPath(), [
    "run",
    "-A",
    "--no-check",
    "bench/load/open_loop_deno.ts",
    server.hostname,
    ...numbers,
  ]);
  const printed = new Printed(client);
  const found = await printed.match(/^\{.*\}$/m, seconds * 1000 + GRACE_MS);
  await end(client);
  if (found === null) throw new Error(`load ${server.url} at ${rate} requests/s:\n${printed.text}`);
  return JSON.parse(found[0]) as Traffic;
}
