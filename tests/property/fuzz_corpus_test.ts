import { test } from "node:test";
import { readCorpus } from "../../fuzz/corpus.ts";
import { Random } from "../support/random.ts";
import { checkInput, TARGETS } from "../../fuzz/targets.ts";

for (const target of TARGETS) {
  test(`${target.name}: what deno task fuzz ever found keeps its promises`, { timeout: 60_000 }, () => {
    const random = new Random(1);
    for (const input of readCorpus()) checkInput(target, input, random);
  });
}
