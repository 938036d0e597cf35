/** A contestant's process, its address, and what /proc says of it. */

/** Ticks a second of /proc's times; 100 on every Linux that a runtime here runs on. */
const TICKS_PER_SECOND = 100;

/** The processor that servers are pinned to; the load runs on `LOAD_CPU`. */
const SERVER_CPU = "0";

/** The processor of what makes the load. */
export const LOAD_CPU = "1";

/** Longer than the slowest start seen, of uWSGI on a busy machine. */
const START_MS = 20_000;

/** What servers print: a URL, or, from uWSGI, `bound to TCP address 127.0.0.1:41001`. */
const ADDRESS = /(?:http:\/\/|TCP address )([\d.]+):(\d+)/;

/** A server that listens. */
export class ServerProcess {
  readonly hostname: string;
  readonly port: number;
  readonly #child: Deno.ChildProcess;

  private constructor(child: Deno.ChildProcess, hostname: string, port: number) {
    this.#child = child;
    this.hostname = hostname;
    this.port = port;
  }

  /**
   * Starts a server, pinned to one processor, and waits for its address.
   *
   * @throws {Error} It printed none within 20 s, or ended; the message has what it printed.
   */
  static async start(path: string, args: readonly string[]): Promise<ServerProcess> {
    const child = spawnPinned(SERVER_CPU, path, args);
    const printed: string[] = [];
    const found = await matchIn([child.stdout, child.stderr], ADDRESS, printed, START_MS);
    if (found === null) {
      await end(child);
      throw new Error(`start ${path} ${args.join(" ")}: it printed no address\n${printed.join("")}`);
    }
    return new ServerProcess(child, found[1]!, Number(found[2]));
  }

  get url(): string {
    return `http://${this.hostname}:${this.port}/`;
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

  async stop(): Promise<void> {
    await end(this.#child);
  }
}

/** Starts a process on one processor. What it prints must be read, as by `matchIn`. */
export function spawnPinned(cpu: string, path: string, args: readonly string[]): Deno.ChildProcess {
  const options = { stdin: "null", stdout: "piped", stderr: "piped", env: { NO_COLOR: "1" } } as const;
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

/**
 * Waits for a text in what a process prints. Reading goes on after it, since what it prints later must not fill the pipe.
 *
 * @param printed Takes what came until then.
 * @returns Null if all streams ended, or the time was up, without it.
 */
export function matchIn(
  streams: ReadonlyArray<ReadableStream<Uint8Array<ArrayBuffer>>>,
  pattern: RegExp,
  printed: string[],
  timeoutMs: number,
): Promise<RegExpExecArray | null> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => settle(null), timeoutMs);
    const settle = (found: RegExpExecArray | null) => {
      clearTimeout(timer);
      resolve(found);
    };
    Promise.all(streams.map((stream) => scan(stream, pattern, printed, settle))).then(() => settle(null), () => settle(null));
  });
}

async function scan(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  pattern: RegExp,
  printed: string[],
  found: (match: RegExpExecArray) => void,
): Promise<void> {
  let text: string | null = "";
  for await (const piece of stream.pipeThrough(new TextDecoderStream())) {
    if (text === null) continue;
    printed.push(piece);
    text += piece;
    const match = pattern.exec(text);
    if (match !== null) {
      found(match);
      text = null;
    }
  }
}
