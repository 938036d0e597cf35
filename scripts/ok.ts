/**
 * `deno task ok`: everything that must hold before a change lands. `.ci/run` runs the same, with skipped tests forbidden.
 *
 * In the closing line each test counts once a runtime, and each step as one more.
 */
import { join } from "node:path";
import { buildBinary } from "./build_binary.ts";
import { buildNpm } from "./build_npm.ts";
import { ROOT } from "./root.ts";
import { runProcess } from "./run_process.ts";
import { runTestFile } from "./run_test_file.ts";
import type { Runtime } from "./runtimes.ts";
import { findRuntimes } from "./runtimes.ts";
import { runTests } from "./test.ts";
import type { TestCounts } from "./test_report.ts";
import { printFile, summarize } from "./test_report.ts";

/** What a step found: nothing, or how it failed. */
type StepResult = string | null;

const total = { passed: 0, failed: 0, skipped: 0 };
const noSkips = Deno.args.includes("--no-skips");

await step("install", () => deno("install", "--frozen"));
await step("format", () => deno("fmt", "--check"));
await step("lint", () => deno("lint"));
// What only reads runs beside what takes longest.
await Promise.all([step("types", () => script("check_types.ts")), readAll()]);
await step("tests", testAll);
await Promise.all([step("npm package", smokeNpm), step("binary", smokeBinary)]);
console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
Deno.exit(total.failed === 0 ? 0 : 1);

async function readAll(): Promise<void> {
  await step("layers", () => script("check_layers.ts"));
  await step("docs", () => script("check_docs.ts"));
  await step("generated docs", () => script("generate_docs.ts", "--check"));
  await step("publish", () => deno("publish", "--dry-run", "--allow-dirty", "--quiet"));
}

async function step(name: string, run: () => Promise<StepResult>): Promise<void> {
  const started = performance.now();
  let failure: StepResult;
  try {
    failure = await run();
  } catch (error) {
    failure = error instanceof Error ? error.message : String(error);
  }
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`${failure === null ? "ok    " : "FAILED"} ${name} (${seconds} s)`);
  if (failure !== null) {
    console.log(failure.trimEnd());
  }
  total[failure === null ? "passed" : "failed"] += 1;
}

async function deno(...args: string[]): Promise<StepResult> {
  const { code, output } = await runProcess(Deno.execPath(), args, { cwd: ROOT });
  return code === 0 ? null : output;
}

function script(name: string, ...args: string[]): Promise<StepResult> {
  return deno("run", "-A", join("scripts", name), ...args);
}

async function testAll(): Promise<StepResult> {
  return add(await runTests({ noSkips }));
}

/** Counts tests; as a step they failed if one of them did. */
function add(counts: TestCounts): StepResult {
  total.passed += counts.passed;
  total.failed += counts.failed;
  total.skipped += counts.skipped;
  return counts.failed === 0 ? null : `${counts.failed} failed; see above`;
}

/** What is emitted is what is packed, installed and run, on the oldest and on the newest Node. */
async function smokeNpm(): Promise<StepResult> {
  const env = { HEDDLE_TARBALL: await buildNpm(), HEDDLE_TSC: join(ROOT, "node_modules/typescript/bin/tsc") };
  const runtimes = [...(await findRuntimes(["node20", "node"])).values()];
  return await smoke(runtimes, "npm/smoke_test.mjs", env);
}

async function smokeBinary(): Promise<StepResult> {
  const env = { HEDDLE_BINARY: await buildBinary() };
  return await smoke([...(await findRuntimes(["node"])).values()], "scripts/binary_smoke_test.mjs", env);
}

async function smoke(runtimes: readonly Runtime[], file: string, env: Readonly<Record<string, string>>): Promise<StepResult> {
  const results = await Promise.all(runtimes.map((runtime) => runTestFile(runtime, file, { env })));
  printFile(file, results);
  return add(summarize(results, noSkips));
}
