/** `deno task soak [--minutes N] [--seed N] [RUNTIME ...]`: the soak on Deno, Bun and Node, half an hour each, one after the other. */
import { readLongRun, runInTurn } from "../scripts/long_run.ts";

const isWell = await runInTurn(await readLongRun("soak/worker.ts", 30, 1));
Deno.exit(isWell ? 0 : 1);
