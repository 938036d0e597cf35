/** A contestant's process, its address, and what /proc says of it. */
import { Printed } from "./printed.ts";

/** Ticks a second of /proc's times; 100 on every Linux that a runtime here runs on. */
const TICKS_PER_SECOND = 100;

/** The processor that servers are pinned to; the load runs on `LOAD_CPU`. */
const SERVER_CPU = "0";

/** The processor of what makes the load. */
export const LOAD_CPU = "1";

/** Longer than the slowest start seen, of uWSGI on a busy machine. */
const START_MS = 20_000;

/** What servers print: a URL, or, from uWSGI, `bound to TCP address 127.0.0.1:41001`. */
const ADDRESS = /(?:http(s?):\/\/|TCP address )([\d.]+):(\d+)/;

/** A server that listens. */
export class ServerProcess {
  readonly hostname: string;
  readonly port: number;
  readonly #scheme: "http" | "https";
  readonly #child: Deno.ChildProcess;
  readonly #printed: Printed;

  private constructor(child: Deno.ChildProcess, printed: Printed, found: RegExpExecArray) {
    this.#child = child;
    this.#printed = printed;
    this.#scheme = found[1] === "s" ? "https" : "http";
    this.hostname = found[2]!;
    this.port = Number(found[3]);
  }

  /**
   * Starts a server, pinned to one processor, and waits for its address.
   *
   * @param env Added to the environment.
   * @throws {Error} It printed none within 20 s, or ended; the message has what it printed.
   */
  static async start(path: string, args: readonly string[], env?: Readonly<Record<string, string>>): Promise<ServerProcess> {
    const child = spawnPinned(SERVER_CPU, path, args, env);
    const printed = new Printed(child);
    const found = await printed.match(ADDRESS, START_MS);
    if (found === null) {
      await end(child);
      throw new Error(`start ${path} ${args.join(" ")}: it printed no address\n${printed.text}`);
    }
    return new ServerProcess(child, printed, found);
  }

  get url(): string {
    return `${this.#scheme}://${this.hostname}:${this.port}/`;
  }

  /** User and system time of the process and its threads, in microseconds (proc(5): fields 14 and 15 of `stat`, after the name's parenthesis). */
  async cpuMicros(): Promise<number> {
    const stat = await Deno.readTextFile(`/proc/${this.#child.pid}/stat`);
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return (Number(fields[11]) + Number(fields[12])) * (1_000_000 / TICKS_PER_SECOND);
  }

  /** Resident memory (proc(5): `VmRSS` of `status`). */
  async residentBytes(): Promise<number> {
    const status = await Deno.readTextFile(`/proc/${this.#child.pid}/status`);
    return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? NaN) * 1024;
  }

  /** Open descriptors, of which each connection is one. */
  async openFiles(): Promise<number> {
    let count = 0;
    for await (const _ of Deno.readDir(`/proc/${this.#child.pid}/fd`)) count++;
    return count;
  }

  /**
   * Sends SIGUSR2, and waits for what the server prints on it.
   *
   * @throws {Error} It printed no such thing within 20 s.
   */
  async ask(pattern: RegExp): Promise<RegExpExecArray> {
    this.#child.kill("SIGUSR2");
    const found = await this.#printed.match(pattern, START_MS);
    if (found === null) throw new Error(`ask ${this.url} by SIGUSR2: it printed no ${pattern}\n${this.#printed.text}`);
    return found;
  }

  async stop(): Promise<void> {
    await end(this.#child);
  }
}

/** Starts a process on one processor. What it prints must be read, as by `Printed`. */
export function spawnPinned(cpu: string, path: string, args: readonly string[], env = {}): Deno.ChildProcess {
  const options = { stdin: "null", stdout: "piped", stderr: "piped", env: { NO_COLOR: "1", ...env } } as const;
  return new Deno.Command("taskset", { args: ["-c", cpu, path, ...args], ...options }).spawn();
}

/** Ends a process that may be gone, and waits for its end. */
export async function end(child: Deno.ChildProcess, signal: "SIGKILL" | "SIGTERM" = "SIGKILL"): Promise<void> {
  try {
    child.kill(signal);
  } catch {
    // It ended by itself.
  }
  await child.status;
}
