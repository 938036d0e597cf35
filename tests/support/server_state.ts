/**
 * How a server in a process of its own tells what it has: asked by SIGUSR2, it answers with a line of JSON on its standard output. Asked by
 * SIGHUP, it collects its garbage first.
 */
import process from "node:process";
import type { Server } from "../../mod.ts";
import { collectGarbage } from "./collect_garbage.ts";
import type { CliProcess } from "./cli_process.ts";

/** Of a server's statistics, what is to be as it was once nothing is left to do. */
interface ServerCounts {
  readonly connections: number;
  readonly busy: number;
  readonly queued: number;
  readonly stalled: number;
  readonly offloaded: number;
  readonly requests: number;
}

/** What a server's process has. */
export interface ServerState extends ServerCounts {
  /** Bytes of its heap that are in use, and of what hangs on it outside. */
  readonly heldBytes: number;
  /** Bytes that its heap has for itself, in use or not: V8 makes its young generation larger in steps of some 30 MB. */
  readonly heapBytes: number;
}

/** For the servers' process: it tells the sums. @param more What its app tells beside them. */
export function tellStateOnSignal(servers: readonly Server[], more: () => Readonly<Record<string, number>> = () => ({})): void {
  const tell = () => {
    const all = servers.map((server) => server.stats());
    const sum = (name: keyof ServerCounts) => all.reduce((total, stats) => total + stats[name], 0);
    const { heapUsed, heapTotal, external } = process.memoryUsage();
    const state: ServerState = {
      connections: sum("connections"),
      busy: sum("busy"),
      queued: sum("queued"),
      stalled: sum("stalled"),
      offloaded: sum("offloaded"),
      requests: sum("requests"),
      heldBytes: heapUsed + external,
      heapBytes: heapTotal,
    };
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
