/** How a process is to be run. */
export interface ProcessOptions {
  /** @default the current directory */
  readonly cwd?: string;
  /** Added to this process's environment. */
  readonly env?: Readonly<Record<string, string>>;
  /**
   * After this long the process and its children are killed.
   *
   * @default 600_000
   */
  readonly timeoutMs?: number;
  /**
   * After this long without any output they are killed, too.
   *
   * @default never
   */
  readonly silenceMs?: number;
  /** Shows the output while it comes, too. */
  readonly echo?: boolean;
}

/** What became of a process. */
export interface ProcessResult {
  /** Its exit code; 128 plus the signal's number where one ended it. */
  readonly code: number;
  /** Standard output and standard error, as they came. */
  readonly output: string;
  /** Standard output alone. */
  readonly stdout: string;
  readonly timedOut: boolean;
  readonly durationMs: number;
}

/** Runs a process to its end, without standard input and without colours. A command that does not exist gives code 127. */
export async function runProcess(command: string, args: readonly string[], options: ProcessOptions = {}): Promise<ProcessResult> {
  const started = performance.now();
  let child: Deno.ChildProcess;
  try {
    child = new Deno.Command(command, {
      args: [...args],
      cwd: options.cwd,
      env: { NO_COLOR: "1", ...options.env },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
      // A group of its own, so that what a killed test has started is killed with it.
      detached: true,
    }).spawn();
  } catch (error) {
    return { code: 127, output: `run "${command}": ${String(error)}\n`, stdout: "", timedOut: false, durationMs: 0 };
  }
  let timedOut = false;
  let lastOutput = started;
  const timer = setInterval(() => {
    const now = performance.now();
    if (now - started > (options.timeoutMs ?? 600_000) || now - lastOutput > (options.silenceMs ?? Infinity)) {
      timedOut = true;
      killGroup(child.pid);
    }
  }, 500);
  const pieces: string[] = [];
  const hear = (text: string) => {
    lastOutput = performance.now();
    pieces.push(text);
    if (options.echo) {
      Deno.stdout.writeSync(new TextEncoder().encode(text));
    }
  };
  const [stdout, , status] = await Promise.all([collect(child.stdout, hear), collect(child.stderr, hear), child.status]);
  clearInterval(timer);
  return { code: status.code, output: pieces.join(""), stdout, timedOut, durationMs: performance.now() - started };
}

function killGroup(pid: number): void {
  try {
    Deno.kill(-pid, "SIGKILL");
  } catch {
    // It ended by itself in the meantime.
  }
}

async function collect(stream: ReadableStream<Uint8Array<ArrayBuffer>>, hear: (text: string) => void): Promise<string> {
  let all = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    all += text;
    hear(text);
  }
  return all;
}
