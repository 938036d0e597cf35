import { type ChildProcess, spawn } from "node:child_process";
import process from "node:process";
import type { Duplex } from "node:stream";
import { fileURLToPath } from "node:url";
import { leastPermissions } from "./least_permissions.ts";
import { runtimeName } from "./runtime.ts";

/** How a command line was started. */
export interface CliOptions {
  /** Over this process's environment. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** What the app needs of Deno's permissions beyond its own file: `--allow-read=node_modules`. @default none */
  readonly appPermissions?: readonly string[];
  /** Deno's flags. @default the least that the arguments need (`docs/deno.md`), and `appPermissions` */
  readonly denoFlags?: readonly string[];
  /** How many files and sockets it may have open (`ulimit -n`). */
  readonly openFiles?: number;
  /** Where its standard output goes; then `stdout` has nothing of it. */
  readonly stdoutTo?: string;
  /** Its descriptor 3 is one end of a socket pair, of which `peer` is the other. */
  readonly descriptor3?: boolean;
  /**
   * What runs it: an executable and its flags.
   *
   * @default the runtime that runs the test
   */
  readonly runner?: readonly string[];
  /**
   * The module to run, from the project's folder, without its ending.
   *
   * @default "src/cli/main"
   */
  readonly module?: string;
}

/** How a process ended. */
export interface CliExit {
  readonly code: number | null;
  readonly signal: string | null;
}

/** `heddle` as a process of its own, on the runtime that runs the test. */
export class CliProcess {
  /** What it wrote so far. */
  stdout = "";
  stderr = "";
  /** Fulfils when it has ended and its output is read. */
  readonly exit: Promise<CliExit>;
  readonly #child: ChildProcess;
  #listeners: (() => void)[] = [];

  constructor(args: readonly string[], options: CliOptions = {}) {
    const [command, ...first] = [
      ...limited(options.openFiles),
      ...redirected(options.stdoutTo),
      ...(options.runner ?? ownRunner(options.denoFlags ?? permissionsOf(args, options))),
      moduleFile(options.module ?? "src/cli/main"),
    ];
    this.#child = spawn(command, [...first, ...args], {
      cwd: options.cwd,
      env: { ...process.env, ...options.env },
      stdio: ["ignore", "pipe", "pipe", ...(options.descriptor3 === true ? ["pipe" as const] : [])],
    });
    this.#child.stdout?.on("data", (chunk) => this.#read("stdout", String(chunk)));
    this.#child.stderr?.on("data", (chunk) => this.#read("stderr", String(chunk)));
    this.exit = new Promise((resolve) => this.#child.on("close", (code, signal) => resolve({ code, signal })));
  }

  /** What its descriptor 3 leads to. */
  get peer(): Duplex {
    return this.#child.stdio[3] as Duplex;
  }

  /** The process, while it runs. */
  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Waits until standard error has what is looked for. */
  async untilStderr(pattern: RegExp): Promise<RegExpExecArray> {
    return await this.#until("stderr", pattern);
  }

  /** Waits until standard output has what is looked for. */
  async untilStdout(pattern: RegExp): Promise<RegExpExecArray> {
    return await this.#until("stdout", pattern);
  }

  /** Waits until it listens. @returns The first URL, without the slash at its end. */
  async listening(): Promise<string> {
    return (await this.untilStderr(/^listening on (https?:\S+)\/.*\n/m))[1];
  }

  /** Sends a signal. Not by `ChildProcess.kill`: after it Deno 2.9.6 reports the signal as the end, whatever the exit code was. */
  kill(signal: "SIGTERM" | "SIGINT" | "SIGKILL" | "SIGUSR2" | "SIGHUP"): void {
    const { pid, exitCode, signalCode } = this.#child;
    if (pid !== undefined && exitCode === null && signalCode === null) process.kill(pid, signal);
  }

  /** Reads no more of its standard output: its pipe fills. */
  stallStdout(): void {
    this.#child.stdout?.pause();
  }

  /** Closes the reading end of its standard output. */
  closeStdout(): void {
    this.#child.stdout?.destroy();
  }

  async #until(stream: "stdout" | "stderr", pattern: RegExp): Promise<RegExpExecArray> {
    let ended = false;
    this.exit.then(() => {
      ended = true;
      this.#wake();
    });
    for (;;) {
      const found = pattern.exec(this[stream]);
      if (found !== null) return found;
      if (ended) throw new Error(`wait for ${pattern} on ${stream}: the process ended first; stderr: ${this.stderr}`);
      await new Promise<void>((resolve) => this.#listeners.push(resolve));
    }
  }

  #read(stream: "stdout" | "stderr", text: string): void {
    this[stream] += text;
    this.#wake();
  }

  #wake(): void {
    for (const listener of this.#listeners.splice(0)) listener();
  }
}

/** Runs a command line to its end. */
export async function runCli(args: readonly string[], options: CliOptions = {}): Promise<CliProcess & CliExit> {
  const cli = new CliProcess(args, options);
  return Object.assign(cli, await cli.exit);
}

function limited(openFiles: number | undefined): string[] {
  return openFiles === undefined ? [] : ["sh", "-c", `ulimit -n ${openFiles} && exec "$@"`, "sh"];
}

function redirected(path: string | undefined): string[] {
  return path === undefined ? [] : ["sh", "-c", 'file=$1; shift; exec "$@" > "$file"', "sh", path];
}

function ownRunner(denoFlags: readonly string[]): string[] {
  return runtimeName() === "deno" ? [process.execPath, "run", "--no-prompt", ...denoFlags] : [process.execPath];
}

function permissionsOf(args: readonly string[], { env = {}, cwd = process.cwd(), appPermissions = [] }: CliOptions): string[] {
  return [...leastPermissions(args, env, cwd), ...appPermissions];
}

/** The emit for Node 20 ends in .js. */
function moduleFile(module: string): string {
  return fileURLToPath(new URL(`../../${module}.${import.meta.url.endsWith(".ts") ? "ts" : "js"}`, import.meta.url));
}
