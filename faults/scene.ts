import { CliProcess } from "../tests/support/cli_process.ts";
import { openFiles, residentBytes } from "../tests/support/process_facts.ts";
import { RawClient } from "../tests/support/raw_client.ts";
import { pause } from "../tests/support/served.ts";
import { askState } from "../tests/support/server_state.ts";
import type { AppCounts } from "./app_counts.ts";
import type { Fault, FaultScene, Finding } from "./fault.ts";

/** Connections that are made at a time: well below the kernel's accept queue. */
const AT_A_TIME = 200;

/** A peak is looked for as often. */
const LOOK_MS = 250;

/** How long `rest` lets pass between two looks. */
const REST_MS = 100;

/**
 * Does a fault to a fresh server.
 *
 * @param runner The server's runtime: an executable and its flags.
 */
export async function runFault(fault: Fault, runner: readonly string[]): Promise<Finding> {
  const server = new CliProcess([JSON.stringify(fault.settings)], { module: "faults/server", runner });
  const clients: RawClient[] = [];
  try {
    const port = Number(new URL(await server.listening()).port);
    return await fault.run(new ProcessScene(server, port, clients));
  } finally {
    for (const client of clients) client.destroy();
    server.kill("SIGKILL");
    await server.exit;
  }
}

class ProcessScene implements FaultScene {
  readonly #server: CliProcess;
  readonly #port: number;
  readonly #clients: RawClient[];

  constructor(server: CliProcess, port: number, clients: RawClient[]) {
    this.#server = server;
    this.#port = port;
    this.#clients = clients;
  }

  async connect(): Promise<RawClient> {
    const client = await RawClient.connect({ transport: "tcp", hostname: "127.0.0.1", port: this.#port });
    this.#clients.push(client);
    return client;
  }

  async crowd(count: number): Promise<RawClient[]> {
    const crowd: RawClient[] = [];
    while (crowd.length < count) {
      const more = Math.min(AT_A_TIME, count - crowd.length);
      crowd.push(...await Promise.all(Array.from({ length: more }, () => this.connect())));
    }
    return crowd;
  }

  state(): ReturnType<FaultScene["state"]> {
    return askState<AppCounts>(this.#server);
  }

  async rest(limitMs: number): Promise<boolean> {
    for (const end = performance.now() + limitMs; performance.now() < end; await pause(REST_MS)) {
      const { connections, busy } = await this.state();
      if (connections === 0 && busy === 0) return true;
    }
    return false;
  }

  files(): number {
    return openFiles(this.#server.pid);
  }

  async memory(): Promise<number> {
    await askState(this.#server, true);
    return Math.round(residentBytes(this.#server.pid) / 1_048_576);
  }

  async held(): Promise<number> {
    return Math.round((await askState(this.#server, true)).heldBytes / 1_048_576);
  }

  async peak<T>(run: () => Promise<T>): Promise<readonly [number, T]> {
    let most = 0;
    let running = true;
    const look = (async () => {
      for (; running; await pause(LOOK_MS)) most = Math.max(most, await this.memory());
    })();
    const result = await run().finally(() => running = false);
    await look;
    return [most, result];
  }
}
