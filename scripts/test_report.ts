import type { FileResult } from "./run_test_file.ts";
import type { RuntimeName } from "./runtimes.ts";

/** How many tests there were, summed over the runtimes. */
export interface TestCounts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** What a test that a runtime is known not to pass gives as the reason of its skip; allowed even where skips are not. */
const DEVIATION = "deviation: ";

/** Prints a file's results on a line, and in full what the runtimes printed on which something failed. */
export function printFile(file: string, results: readonly FileResult[]): void {
  const seconds = (results.reduce((sum, result) => sum + result.durationMs, 0) / 1000).toFixed(1);
  const parts = results.map((result) => `${result.runtime} ${describeCounts(countFile(result))}`);
  console.log(`${file}: ${parts.join(", ")} (${seconds} s)`);
  for (const result of results) {
    if (countFile(result).failed > 0) {
      console.log(`--- ${result.runtime} ${file}${result.trouble === null ? "" : `: ${result.trouble}`}`);
      console.log(result.output.trimEnd());
      console.log("---");
    }
  }
}

/**
 * Prints the skipped tests with their reasons, the failed ones, and a line a runtime.
 *
 * @param noSkips A skipped test counts as failed, unless its reason begins with `deviation: `.
 */
export function summarize(results: readonly FileResult[], noSkips: boolean): TestCounts {
  const forbidden = (reason: string | null) => noSkips && !reason?.startsWith(DEVIATION);
  const skips = new Map<string, RuntimeName[]>();
  const failures: string[] = [];
  for (const { runtime, file, tests, trouble } of results) {
    for (const { name, outcome, reason } of tests) {
      if (outcome === "failed") {
        failures.push(`FAILED on ${runtime}: ${file}: ${name}`);
      } else if (outcome === "skipped" && forbidden(reason)) {
        failures.push(`SKIPPED on ${runtime}, which is forbidden here: ${file}: ${name}: ${reason}`);
      } else if (outcome === "skipped") {
        const line = `${file}: ${name}: ${reason}`;
        skips.set(line, [...skips.get(line) ?? [], runtime]);
      }
    }
    if (trouble !== null) {
      failures.push(`FAILED on ${runtime}: ${file}: ${trouble}`);
    }
  }
  skips.forEach((runtimes, line) => console.log(`skipped on ${runtimes.join(", ")}: ${line}`));
  failures.forEach((line) => console.log(line));
  for (const [runtime, ofRuntime] of Map.groupBy(results, (result) => result.runtime)) {
    console.log(`${runtime}: ${describeCounts(sum(ofRuntime.map(countFile)))} of ${ofRuntime.length} files`);
  }
  const total = sum(results.map(countFile));
  const skipped = skips.values().reduce((count, runtimes) => count + runtimes.length, 0);
  return { passed: total.passed, failed: failures.length, skipped };
}

/** Trouble outside of the tests counts as one more that failed. */
function countFile({ tests, trouble }: FileResult): TestCounts {
  const count = (outcome: string) => tests.filter((test) => test.outcome === outcome).length;
  return { passed: count("passed"), failed: count("failed") + (trouble === null ? 0 : 1), skipped: count("skipped") };
}

function sum(all: readonly TestCounts[]): TestCounts {
  const add = (key: keyof TestCounts) => all.reduce((total, counts) => total + counts[key], 0);
  return { passed: add("passed"), failed: add("failed"), skipped: add("skipped") };
}

/** Never of the form of the closing line, which stands once. */
function describeCounts({ passed, failed, skipped }: TestCounts): string {
  return `${passed} ok${failed === 0 ? "" : `, ${failed} FAILED`}${skipped === 0 ? "" : `, ${skipped} left out`}`;
}
