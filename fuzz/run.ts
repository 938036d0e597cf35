/**
 * `deno task fuzz [--minutes N] [--seed N] [RUNTIME ...]`: feeds mutated messages to what reads bytes of strangers, ten minutes on each of Deno, Bun and
 * Node, one after the other. What is of a new sort is added to `corpus/inputs.jsonl`, which the tests replay. The first input that breaks a
 * promise ends it, and is printed.
 */
import { readLongRun, startWorker } from "../scripts/long_run.ts";
import { readCorpus, writeCorpus } from "./corpus.ts";
import { TextLineStream } from "./text_lines.ts";
import type { WorkerLine } from "./worker.ts";

const { minutes, seed, workers } = await readLongRun("fuzz/worker.ts", 10, Date.now() & 0xffffffff);
let failures = 0;
for (const worker of workers) {
  const { name } = worker;
  const before = readCorpus();
  const found: string[] = [];
  let last = { inputs: 0, sorts: 0 };
  const child = startWorker(worker, "piped");
  for await (const text of child.stdout.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream())) {
    const line = JSON.parse(text) as WorkerLine;
    if (line.kind === "found") found.push(line.input);
    else if (line.kind === "failed") {
      failures++;
      console.log(`\n${name}, ${line.target}, seed ${seed}: ${JSON.stringify(line.input)}\n${line.error}`);
    } else {
      last = line;
      console.error(`${name}: ${line.inputs} inputs, ${line.sorts} sorts, ${found.length} new`);
    }
  }
  if (!(await child.status).success) failures ||= 1;
  if (found.length > 0) writeCorpus([...before, ...found]);
  const told = `${last.sorts} sorts, ${found.length} new, ${failures} failures`;
  console.log(`${name}: ${last.inputs} inputs in ${minutes} minutes, seed ${seed}: ${told}`);
  if (failures > 0) break;
}
Deno.exit(failures === 0 ? 0 : 1);
