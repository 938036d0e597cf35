import { join } from "node:path";
import type { TestResult } from "./junit.ts";
import { readJunit } from "./junit.ts";
import { ROOT } from "./root.ts";
import { runProcess } from "./run_process.ts";
import type { Runtime, RuntimeName } from "./runtimes.ts";

/** One test file on one runtime, run. */
export interface FileResult {
  readonly runtime: RuntimeName;
  /** Path from the project's folder. */
  readonly file: string;
  readonly tests: readonly TestResult[];
  /** What the runtime printed. */
  readonly output: string;
  /** What went wrong outside of any one test, such as a crash; null if nothing did. */
  readonly trouble: string | null;
  readonly durationMs: number;
}

/** Where and with what a test file runs. */
export interface TestFileOptions {
  /** The folder from which `file` counts. @default the project's */
  readonly cwd?: string;
  /** Added to the environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** For a test that starts other runtimes: their paths become `HEDDLE_RUNTIME_DENO` and so on. */
  readonly runtimes?: readonly Runtime[];
}

/** All runtimes print each test as it ends; the longest ones take half a minute on two busy cores, and minutes in their full length. */
const FULL = Deno.env.get("HEDDLE_TEST_FULL") === "1";
const TEST_LIMIT_MS = FULL ? 300_000 : 90_000;
const FILE_LIMIT_MS = FULL ? 1_800_000 : 600_000;

/**
 * Runs a test file in a process of its own, so that a crash, a hang or a changed global stays with its file.
 *
 * @param file Path of the file, from `options.cwd`.
 */
export async function runTestFile(runtime: Runtime, file: string, options: TestFileOptions = {}): Promise<FileResult> {
  const { cwd = ROOT, runtimes = [] } = options;
  const paths = runtimes.map(({ name, path }) => [`HEDDLE_RUNTIME_${name.toUpperCase()}`, path]);
  const env = { ...Object.fromEntries(paths), ...options.env };
  const limits = { silenceMs: TEST_LIMIT_MS, timeoutMs: FILE_LIMIT_MS };
  const scratch = await Deno.makeTempDir({ prefix: "heddle-test-" });
  try {
    const report = join(scratch, "report.xml");
    const process = await runProcess(runtime.path, commandLine(runtime.name, file, report), { cwd, env, ...limits });
    const tests = readJunit(await Deno.readTextFile(report).catch(() => ""));
    let trouble: string | null = null;
    if (process.timedOut) {
      trouble = `silent for ${TEST_LIMIT_MS / 1000} s: a test hangs, or one left a server, socket or timer behind`;
    } else if (process.code !== 0 && !tests.some((test) => test.outcome === "failed")) {
      trouble = `ended with ${process.code}, and no test of it failed`;
    } else if (tests.length === 0) {
      trouble = "ran no test";
    }
    return { runtime: runtime.name, file, tests, output: process.output, trouble, durationMs: process.durationMs };
  } finally {
    await Deno.remove(scratch, { recursive: true });
  }
}

function commandLine(runtime: RuntimeName, file: string, report: string): string[] {
  switch (runtime) {
    case "deno":
      // Not `deno run`: of a file whose tests fail that exits with 0 (2.9.6).
      return ["test", "-A", "--no-check", `--junit-path=${report}`, file];
    case "bun":
      return ["test", "--reporter=junit", `--reporter-outfile=${report}`, `./${file}`];
    case "node":
    case "node20":
      // Without --test: with it a leaked server hangs a process of Node's own, past any --test-timeout (24.21; 20.20 ends it).
      return [
        "--test-reporter=spec",
        "--test-reporter-destination=stdout",
        "--test-reporter=junit",
        `--test-reporter-destination=${report}`,
        file,
      ];
  }
}
