/**
 * `deno task test`: every test file on Deno, Bun, Node 24 and, emitted as JavaScript, Node 20.
 *
 * First as many files at once as there are processors, and beside them one of those that mostly wait. Then two at once of those that measure as well.
 * Then those that measure times that matter, one at a time, and beside them those that measure memory.
 */
import { parseArgs } from "node:util";
import { EMIT_FOLDER, emitTests } from "./emit_tests.ts";
import { ROOT } from "./root.ts";
import type { FileResult } from "./run_test_file.ts";
import { runTestFile } from "./run_test_file.ts";
import type { Runtime, RuntimeName } from "./runtimes.ts";
import { findRuntimes, RUNTIME_NAMES } from "./runtimes.ts";
import type { TestCounts } from "./test_report.ts";
import { printFile, summarize } from "./test_report.ts";
import { walkFiles } from "./walk_files.ts";

/** Which tests to run, and how strictly. */
export interface TestOptions {
  /** @default all */
  readonly runtimes?: readonly RuntimeName[];
  /**
   * Only files whose path contains one of these.
   *
   * @default all
   */
  readonly filters?: readonly string[];
  /** A skipped test counts as failed, unless its reason begins with `deviation: `. */
  readonly noSkips?: boolean;
}

/**
 * Runs tests and prints what became of them.
 *
 * @throws {Error} A runtime could not be found or installed, or no file matches.
 */
export async function runTests(options: TestOptions = {}): Promise<TestCounts> {
  const files = await testFiles(options.filters ?? []);
  const runtimes = [...(await findRuntimes(options.runtimes)).values()];
  const results: FileResult[] = [];
  // The other runtimes do not wait for it.
  const emitted = runtimes.some(({ name }) => name === "node20") ? emitForNode20() : null;
  emitted?.then((failure) => {
    if (failure === null) return;
    results.push(failure);
    printFile(failure.file, [failure]);
  });
  const runFile = async (file: string) => {
    const ofFile: FileResult[] = [];
    for (const runtime of runtimes.filter(({ name }) => name === "deno" || !isTool(file))) {
      if (runtime.name !== "node20" || await emitted === null) ofFile.push(await runOn(runtime, file, runtimes));
    }
    results.push(...ofFile);
    printFile(file, ofFile);
  };
  const groups = Map.groupBy(files, groupOf);
  const queueOf = (group: Group) => longestFirst(groups.get(group) ?? []);
  const [working, waiting] = [queueOf("works"), queueOf("waits")];
  const workers = Array.from({ length: navigator.hardwareConcurrency }, () => runLane([working, waiting], runFile));
  await Promise.all([...workers, runLane([waiting, working], runFile)]);
  const measuring = queueOf("measures");
  await Promise.all([runLane([measuring], runFile), runLane([measuring], runFile)]);
  await Promise.all([runLane([queueOf("timed")], runFile), runLane([queueOf("weighed")], runFile)]);
  return summarize(results, options.noSkips ?? false);
}

/** What does not compile fails for Node 20 as one file; the other runtimes' tests are run all the same. */
async function emitForNode20(): Promise<FileResult | null> {
  try {
    await emitTests();
    return null;
  } catch (error) {
    const output = error instanceof Error ? error.message : String(error);
    return { runtime: "node20", file: "scripts/emit_tests.ts", tests: [], output, trouble: "could not emit the tests", durationMs: 0 };
  }
}

/** The scripts run on Deno alone. */
function isTool(file: string): boolean {
  return file.startsWith("tests/unit/scripts/");
}

/** What a file may run beside: see above. */
type Group = "works" | "waits" | "measures" | "timed" | "weighed";

const GROUPS: ReadonlyArray<readonly [Group, RegExp]> = [
  // Nothing else runs beside one but a file whose memory is measured: to run all of `tests/e2e` so would take seven minutes more.
  ["timed", /^tests\/e2e\/(cores|overload|wasm_crowd)_test/],
  // Memory and descriptors, which a busy machine collects later.
  ["weighed", /^tests\/e2e\/(descriptors|faults|memory|wasm_memory)_test/],
  // Memory and times too, with bounds so wide that one other file may run beside.
  ["measures", /^tests\/(e2e\/(soak|stop|wasm|yield)|unit\/(http\/forwarded|io\/clock))_test/],
  // For deadlines and other programs, three quarters of their time and more: 15 s of processor time in 76 s, 16 in 60, 3 in 21.
  [
    "waits",
    /^tests\/(conformance\/(bun|deno|node)|e2e\/(answers|beside_uwsgi|connect|harakiri|limits|loop_faults|loops|serve_static|static_faults|waits|watchdog))_test/,
  ],
];

function groupOf(file: string): Group {
  return GROUPS.find(([, files]) => files.test(file))?.[0] ?? "works";
}

/** The files that take longest, on all runtimes together and on a quiet machine, from two minutes down to 40 seconds. */
const LONGEST: readonly string[] = [
  "tests/e2e/worker_test.ts",
  "tests/e2e/soak_test.ts",
  "tests/e2e/wasm_test.ts",
  "tests/e2e/tls_test.ts",
  "tests/conformance/tls_test.ts",
  "tests/e2e/limits_test.ts",
  "tests/e2e/cli_test.ts",
  "tests/conformance/node_test.ts",
  "tests/e2e/watchdog_test.ts",
  "tests/e2e/loops_test.ts",
  "tests/e2e/clients_test.ts",
  "tests/e2e/loop_faults_test.ts",
  "tests/e2e/serve_static_test.ts",
];

/** So that no lane ends long after the others. */
function longestFirst(files: readonly string[]): string[] {
  const rank = (file: string) => LONGEST.indexOf(file) + 1 || LONGEST.length + 1;
  return files.toSorted((a, b) => rank(a) - rank(b));
}

async function runOn(runtime: Runtime, file: string, runtimes: readonly Runtime[]): Promise<FileResult> {
  if (runtime.name !== "node20") {
    return await runTestFile(runtime, file, { runtimes });
  }
  return { ...await runTestFile(runtime, file.replace(/\.ts$/, ".js"), { cwd: EMIT_FOLDER, runtimes }), file };
}

async function testFiles(filters: readonly string[]): Promise<string[]> {
  const all = (await walkFiles(ROOT, "tests")).filter((file) => file.endsWith("_test.ts"));
  const wanted = filters.map((filter) => filter.replace(/^\.\//, ""));
  const files = wanted.length === 0 ? all : all.filter((file) => wanted.some((filter) => file.includes(filter)));
  if (files.length === 0) {
    throw new Error(`find tests: no file of tests/ matches "${wanted.join('", "')}"`);
  }
  return files;
}

/** Runs one file after another, of the first queue that has one. Lanes share their queues. */
async function runLane(queues: readonly string[][], run: (file: string) => Promise<void>): Promise<void> {
  for (;;) {
    const file = queues.find((queue) => queue.length > 0)?.shift();
    if (file === undefined) return;
    await run(file);
  }
}

function readOptions(args: string[]): TestOptions {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { only: { type: "string" }, "no-skips": { type: "boolean", default: false } },
  });
  const names = values.only?.split(",") ?? RUNTIME_NAMES;
  const runtimes = RUNTIME_NAMES.filter((name) => names.includes(name));
  if (runtimes.length !== names.length) {
    throw new Error(`read "--only ${values.only}": it takes ${RUNTIME_NAMES.join(", ")}, separated by commas`);
  }
  return { runtimes, filters: positionals, noSkips: values["no-skips"] };
}

if (import.meta.main) {
  try {
    const { passed, failed, skipped } = await runTests(readOptions(Deno.args));
    console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
    Deno.exit(failed === 0 ? 0 : 1);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    Deno.exit(2);
  }
}
