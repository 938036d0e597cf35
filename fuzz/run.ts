/**
 * `deno task fuzz [--minutes N] [--seed N] [RUNTIME ...]`: feeds mutated messages to what reads bytes of strangers, ten minutes on each of Deno, Bun and
 * Node, one after the other. What is of a new sort is added to `corpus/inputs.jsonl`, which the tests replay. The first input that breaks a
 * promise ends it, and is printed.
 */
import { TextLineStream } from "./text_lines.ts";
import { parseArgs } from "node:util";
import { ROOT } from "../scripts/root.ts";
import { findRuntimes, type RuntimeName } from "../scripts/runtimes.ts";
import { readCorpus, writeCorpus } from "./corpus.ts";
import type { WorkerLine } from "./worker.ts";

/** Those that run TypeScript. */
const RUNTIMES = ["deno", "bun", "node"] as const satisfies readonly RuntimeName[];

const { values, positionals } = parseArgs({
  args: Deno.args,
  options: { minutes: { type: "string", default: "10" }, seed: { type: "string", default: String(Date.now() & 0xffffffff) } },
  allowPositionals: true,
});
const minutes = Number(values.minutes);
const names = positionals.length === 0 ? RUNTIMES : positionals.map(runtimeOf);
if (!(minutes > 0)) throw new Error(`--minutes ${values.minutes}: not a number above 0`);

let failures = 0;
for (const [name, { path }] of await findRuntimes(names)) {
  const before = readCorpus();
  const found: string[] = [];
  let last = { inputs: 0, sorts: 0 };
  const args = [...(name === "deno" ? ["run", "-A", "--no-check"] : []), "fuzz/worker.ts", String(minutes * 60), values.seed];
  const child = new Deno.Command(path, { args, cwd: ROOT, stdout: "piped", stderr: "inherit" }).spawn();
  for await (const text of child.stdout.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream())) {
    const line = JSON.parse(text) as WorkerLine;
    if (line.kind === "found") found.push(line.input);
    else if (line.kind === "failed") {
      failures++;
      console.log(`\n${name}, ${line.target}, seed ${values.seed}: ${JSON.stringify(line.input)}\n${line.error}`);
    } else {
      last = line;
      console.error(`${name}: ${line.inputs} inputs, ${line.sorts} sorts, ${found.length} new`);
    }
  }
  if (!(await child.status).success) failures ||= 1;
  if (found.length > 0) writeCorpus([...before, ...found]);
  console.log(
    `${name}: ${last.inputs} inputs in ${minutes} minutes, seed ${values.seed}: ${last.sorts} sorts, ${found.length} new, ${failures} failures`,
  );
  if (failures > 0) break;
}
Deno.exit(failures === 0 ? 0 : 1);

function runtimeOf(name: string): typeof RUNTIMES[number] {
  const found = RUNTIMES.find((runtime) => runtime === name);
  if (found === undefined) throw new Error(`fuzz on "${name}": the runtimes are ${RUNTIMES.join(", ")}`);
  return found;
}
