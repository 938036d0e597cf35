/**
 * `deno task test`: every test file on Deno, Bun, Node 24 and, emitted as JavaScript, Node 20.
 *
 * Files of `tests/unit` and `tests/property` run as many at once as there are processors; those of `tests/conformance` and
 * `tests/e2e`, which measure time and memory, run one at a time.
 */
import { parseArgs } from "node:util";
import { emitTests } from "./emit_tests.ts";
import { ROOT } from "./root.ts";
import type { FileResult } from "./run_test_file.ts";
import { runTestFile } from "./run_test_file.ts";
import type { Runtime, RuntimeName } from "./runtimes.ts";
import { findRuntimes, RUNTIME_NAMES } from "./runtimes.ts";
import { walkFiles } from "./walk_files.ts";

/** How many tests there were, summed over the runtimes. */
export interface TestCounts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** Which tests to run, and how strictly. */
export interface TestOptions {
  /** @default all */
  readonly runtimes?: readonly RuntimeName[];
  /** Only files whose path contains one of these. @default all */
  readonly filters?: readonly string[];
  /** A skipped test counts as failed, unless its reason begins with `deviation: `. */
  readonly noSkips?: boolean;
}

/**
 * Runs tests and prints what became of them.
 *
 * @throws {Error} A runtime could not be found or installed, the tests could not be emitted, or no file matches.
 */
export async function runTests(options: TestOptions = {}): Promise<TestCounts> {
  const files = await testFiles(options.filters ?? []);
  const runtimes = [...(await findRuntimes(options.runtimes)).values()];
  if (runtimes.some((runtime) => runtime.name === "node20")) {
    await emitTests();
  }
  const scratch = await Deno.makeTempDir({ prefix: "heddle-tests-" });
  const results: FileResult[] = [];
  try {
    const runFile = async (file: string) => {
      const ofFile: FileResult[] = [];
      for (const runtime of runtimes) {
        ofFile.push(await runTestFile(runtime, file, scratch));
      }
      results.push(...ofFile);
      printFile(file, ofFile);
    };
    const alone = (file: string) => /^tests\/(conformance|e2e)\//.test(file);
    await runPool(files.filter((file) => !alone(file)), navigator.hardwareConcurrency, runFile);
    await runPool(files.filter(alone), 1, runFile);
  } finally {
    await Deno.remove(scratch, { recursive: true });
  }
  return summarize(results, runtimes, options.noSkips ?? false);
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
  await Promise.all(Array.from({ length: Math.max(1, width) }, async () => {
    for (const item of queue) {
      await run(item);
    }
  }));
}

function printFile(file: string, results: readonly FileResult[]): void {
  const seconds = (results.reduce((sum, result) => sum + result.durationMs, 0) / 1000).toFixed(1);
  const parts = results.map((result) => `${result.runtime} ${describeCounts(result)}`);
  console.log(`${file}: ${parts.join(", ")} (${seconds} s)`);
  for (const result of results.filter(isFailed)) {
    console.log(`--- ${result.runtime} ${file}${result.trouble === null ? "" : `: ${result.trouble}`}`);
    console.log(result.output.trimEnd());
    console.log("---");
  }
}

function describeCounts(result: FileResult): string {
  const { passed, failed, skipped } = countFile(result);
  return `${passed}${failed === 0 ? "" : ` FAILED ${failed}`}${skipped === 0 ? "" : ` skipped ${skipped}`}`;
}

function isFailed(result: FileResult): boolean {
  return countFile(result).failed > 0;
}

/** Trouble outside of the tests counts as one more that failed. */
function countFile(result: FileResult): TestCounts {
  const count = (outcome: string) => result.tests.filter((test) => test.outcome === outcome).length;
  return { passed: count("passed"), failed: count("failed") + (result.trouble === null ? 0 : 1), skipped: count("skipped") };
}

function summarize(results: readonly FileResult[], runtimes: readonly Runtime[], noSkips: boolean): TestCounts {
  const total = { passed: 0, failed: 0, skipped: 0 };
  const skips = new Map<string, RuntimeName[]>();
  const failures: string[] = [];
  for (const result of results) {
    const counts = countFile(result);
    total.passed += counts.passed;
    total.failed += counts.failed;
    for (const test of result.tests) {
      const line = `${test.name}: ${test.reason}`;
      if (test.outcome === "failed") {
        failures.push(`FAILED on ${result.runtime}: ${result.file}: ${test.name}`);
      } else if (test.outcome === "skipped") {
        const forbidden = noSkips && !test.reason?.startsWith("deviation: ");
        total[forbidden ? "failed" : "skipped"] += 1;
        if (forbidden) {
          failures.push(`SKIPPED on ${result.runtime}, which --no-skips forbids: ${line}`);
        } else {
          skips.set(line, [...skips.get(line) ?? [], result.runtime]);
        }
      }
    }
    if (result.trouble !== null) {
      failures.push(`FAILED on ${result.runtime}: ${result.file}: ${result.trouble}`);
    }
  }
  for (const [line, names] of skips) {
    console.log(`skipped on ${names.join(", ")}: ${line}`);
  }
  failures.forEach((line) => console.log(line));
  for (const { name, version } of runtimes) {
    const of = results.filter((result) => result.runtime === name).map(countFile);
    const sum = (key: keyof TestCounts) => of.reduce((all, counts) => all + counts[key], 0);
    console.log(`${name} ${version}: ${sum("passed")} tests passed, ${sum("failed")} failed, ${sum("skipped")} skipped`);
  }
  return total;
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
  const { passed, failed, skipped } = await runTests(readOptions(Deno.args));
  console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
  Deno.exit(failed === 0 ? 0 : 1);
}
