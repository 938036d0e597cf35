/**
 * How a server in a process of its own tells what it has: asked by SIGUSR2, it answers with a line of JSON on its standard output. Asked by
 * SIGHUP, it collects its garbage first.
 */
import process from "node:process";
import type { Server } from "../../mod.ts";
import { collectGarbage } from "./collect_garbage.ts";
import type { CliProcess } from "./cli_process.ts";

/** Of a server's statistics, what is to be as it was once nothing is left to do. */
export interface ServerState {
  readonly connections: number;
  readonly busy: number;
  readonly queued: number;
  readonly stalled: number;
  readonly offloaded: number;
  readonly requests: number;
  /** Bytes of its heap that are in use, and of what hangs on it outside. */
  readonly heldBytes: number;
}

/** For the server's process. @param more What its app tells beside it. */
export function tellStateOnSignal(server: Server, more: () => Readonly<Record<string, number>> = () => ({})): void {
  const tell = () => {
    const { connections, busy, queued, stalled, offloaded, requests } = server.stats();
    const { heapUsed, external } = process.memoryUsage();
    const state: ServerState = { connections, busy, queued, stalled, offloaded, requests, heldBytes: heapUsed + external };
    console.log(JSON.stringify({ ...state, ...more() }));
  };
  process.on("SIGUSR2", tell);
  process.on("SIGHUP", () => void collectGarbage().then(tell));
}

/** Asks it. @param collect Whether its garbage is to be collected first. */
export async function askState<More = unknown>(server: CliProcess, collect = false): Promise<ServerState & More> {
  server.stdout = "";
  server.kill(collect ? "SIGHUP" : "SIGUSR2");
  return JSON.parse((await server.untilStdout(/^\{.*\}\n/m))[0]) as ServerState & More;
}
