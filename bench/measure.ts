import type { Contestant } from "./contestants.ts";

/** One round of one contestant. */
export interface Round {
  /** The server's processor time a request, user and system, in microseconds. */
  readonly cpuMicros: number;
  readonly requestsPerSecond: number;
  readonly p50Micros: number;
  readonly p99Micros: number;
}

/** How a round is run. */
export interface Load {
  readonly connections: number;
  readonly seconds: number;
  /** Before the clock starts, so that the code is compiled: Bun and V8 compile on threads of their own, whose time counts as the server's. */
  readonly warmUpSeconds: number;
}

/** Ticks a second of /proc's times; 100 on every Linux that a runtime here runs on. */
const TICKS_PER_SECOND = 100;

/**
 * Starts a server on one processor, and loads it by wrk from the other one.
 *
 * @param runtimePath The runtime's executable.
 * @throws {Error} The server did not start, or wrk saw an error or an answer that is not 2xx.
 */
export async function measure(contestant: Contestant, runtimePath: string, load: Load): Promise<Round> {
  const server = new Deno.Command("taskset", {
    args: ["-c", "0", runtimePath, ...contestant.arguments],
    stdout: "piped",
    stderr: "piped",
    env: { NO_COLOR: "1" },
  }).spawn();
  try {
    const url = await urlOf(server);
    await wrk(url, { ...load, seconds: load.warmUpSeconds });
    const before = await cpuTicks(server.pid);
    const seen = await wrk(url, load);
    const ticks = await cpuTicks(server.pid) - before;
    const { requests, ...rest } = seen;
    return { cpuMicros: ticks * (1_000_000 / TICKS_PER_SECOND) / requests, ...rest };
  } finally {
    server.kill("SIGKILL");
    await server.status;
    await Promise.all([server.stdout.cancel(), server.stderr.cancel()]).catch(() => {});
  }
}

/** The first URL that the server prints, on either stream. */
async function urlOf(server: Deno.ChildProcess): Promise<string> {
  const found = await Promise.any([firstUrl(server.stdout), firstUrl(server.stderr)]).catch(() => null);
  if (found === null) throw new Error("start a server: it printed no URL");
  return found;
}

async function firstUrl(stream: ReadableStream<Uint8Array>): Promise<string> {
  let text = "";
  const reader = stream.pipeThrough(new TextDecoderStream()).getReader();
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    text += read.value;
    const url = /http:\/\/[\d.]+:\d+/.exec(text)?.[0];
    if (url !== undefined) {
      void drain(reader);
      return url;
    }
  }
  throw new Error(`no URL in "${text}"`);
}

/** What the server prints later must not fill the pipe. */
async function drain(reader: ReadableStreamDefaultReader<string>): Promise<void> {
  while (!(await reader.read()).done);
}

async function wrk(
  url: string,
  { connections, seconds }: Pick<Load, "connections" | "seconds">,
): Promise<Omit<Round, "cpuMicros"> & { requests: number }> {
  const output = await new Deno.Command("taskset", {
    args: ["-c", "1", "wrk", "-t1", `-c${connections}`, `-d${seconds}s`, "--latency", url],
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
  return Number(match[1]) * { us: 1, ms: 1000, s: 1_000_000 }[match[2] as "us" | "ms" | "s"];
}

/** User and system time of a process and its threads (proc(5): fields 14 and 15 of `stat`, counted after the name's parenthesis). */
async function cpuTicks(pid: number): Promise<number> {
  const stat = await Deno.readTextFile(`/proc/${pid}/stat`);
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return Number(fields[11]) + Number(fields[12]);
}
