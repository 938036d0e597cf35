import { Printed } from "./printed.ts";
import { end, LOAD_CPU, type ServerProcess, spawnPinned } from "./server_process.ts";

/** Connections are opened within this time. */
const OPENING_MS = 60_000;

/**
 * Starts a client process that holds connections open until it is ended.
 *
 * @param path Requested on each of them.
 * @throws {Error} They could not be opened.
 */
export async function hold(server: ServerProcess, connections: number, path: "/" | "/wait"): Promise<Deno.ChildProcess> {
  const client = ["run", "-A", "--no-check", "bench/load/hold_deno.ts", server.hostname, `${server.port}`, `${connections}`, path];
  const child = spawnPinned(LOAD_CPU, Deno.execPath(), client);
  const printed = new Printed(child);
  if (await printed.match(/holding/, OPENING_MS) !== null) return child;
  await end(child);
  throw new Error(`hold ${connections} connections to ${server.url}: they could not be opened\n${printed.text}`);
}
