/**
 * `deno task test`: every test file on Deno, Bun, Node 24 and, emitted as JavaScript, Node 20.
 *
 * As many files at once as there are processors, and beside them one of those that mostly wait; afterwards those that measure times that matter, one at a
 * time, and beside them those that measure memory.
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
  const found = [...(await findRuntimes(options.runtimes)).values()];
  let runtimes = found;
  const results: FileResult[] = [];
  if (runtimes.some((runtime) => runtime.name === "node20")) {
    const failure = await emitForNode20();
    if (failure !== null) {
      results.push(failure);
      printFile(failure.file, [failure]);
      runtimes = runtimes.filter((runtime) => runtime.name !== "node20");
    }
  }
  const runFile = async (file: string) => {
    const ofFile: FileResult[] = [];
    for (const runtime of runtimes.filter(({ name }) => name === "deno" || !isTool(file))) {
      ofFile.push(await runOn(runtime, file, found));
    }
    results.push(...ofFile);
    printFile(file, ofFile);
  };
  const together = files.filter((file) => !isTimed(file) && !isWeighed(file));
  await Promise.all([
    runPool(together.filter((file) => !isWaiting(file)), navigator.hardwareConcurrency, runFile),
    runPool(together.filter(isWaiting), 1, runFile),
  ]);
  await Promise.all([runPool(files.filter(isTimed), 1, runFile), runPool(files.filter(isWeighed), 1, runFile)]);
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

/** Their times are measured, so nothing else runs beside them but one whose memory is: to run all of `tests/e2e` so would take seven minutes more. */
function isTimed(file: string): boolean {
  return /^tests\/e2e\/(cores|overload|stop|wasm_crowd)_test/.test(file);
}

/** Their memory and descriptors are measured, which a busy machine collects later. */
function isWeighed(file: string): boolean {
  return /^tests\/e2e\/(descriptors|faults|memory|wasm_memory)_test/.test(file);
}

/** They wait for deadlines and other programs for more than half of their time: 30 s of processor time in 80 s, 27 in 49, 18 in 33. */
function isWaiting(file: string): boolean {
  return /^tests\/e2e\/(limits|watchdog|harakiri|loop_faults|beside_uwsgi|waits)_test/.test(file);
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

async function runPool(items: readonly string[], width: number, run: (item: string) => Promise<void>): Promise<void> {
  const queue = items.values();
  await Promise.all(Array.from({ length: width }, async () => {
    for (const item of queue) {
      await run(item);
    }
  }));
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
