// One runtime's share of `deno task fuzz`: mutates kept inputs, and keeps what is of a new sort. Usage: node worker.ts SECONDS SEED
import process from "node:process";
import { readCorpus } from "./corpus.ts";
import { mutate } from "./mutate.ts";
import { Random } from "../tests/support/random.ts";
import { checkInput, TARGETS } from "./targets.ts";

/** Lines of its output, which `run.ts` reads. */
export type WorkerLine =
  | { readonly kind: "progress"; readonly inputs: number; readonly sorts: number }
  | { readonly kind: "found"; readonly input: string }
  | { readonly kind: "failed"; readonly target: string; readonly input: string; readonly error: string };

/** Inputs between two looks at the clock. */
const BATCH = 200;
const PROGRESS_MS = 5000;

const [seconds = 60, seed = 1] = process.argv.slice(2).map(Number);
const random = new Random(seed);
const corpus = readCorpus();
const sorts = new Set<string>();
let inputs = 0;
let failed = false;

function say(line: WorkerLine): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

/** @returns Whether something new can be said of it. */
function run(input: string): boolean {
  let isNew = false;
  inputs++;
  for (const target of TARGETS) {
    try {
      for (const sort of checkInput(target, input, random)) {
        isNew ||= !sorts.has(sort);
        sorts.add(sort);
      }
    } catch (error) {
      failed = true;
      say({ kind: "failed", target: target.name, input, error: String(error instanceof Error ? error.stack : error) });
    }
  }
  return isNew;
}

for (const input of corpus) run(input);
const end = performance.now() + seconds * 1000;
for (let next = performance.now(); performance.now() < end && !failed;) {
  for (let n = 0; n < BATCH && !failed; n++) {
    const input = mutate(random.of(corpus), random, corpus);
    if (!run(input)) continue;
    corpus.push(input);
    say({ kind: "found", input });
  }
  if (performance.now() < next) continue;
  next += PROGRESS_MS;
  say({ kind: "progress", inputs, sorts: sorts.size });
}
say({ kind: "progress", inputs, sorts: sorts.size });
process.exitCode = failed ? 1 : 0;
