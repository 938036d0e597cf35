/** `deno task soak [--minutes N] [--seed N] [RUNTIME ...]`: the soak on Deno, Bun and Node, half an hour each, one after the other. */
import { readLongRun, startWorker } from "../scripts/long_run.ts";

const { minutes, workers } = await readLongRun("soak/worker.ts", 30, 1);
let failed = false;
for (const worker of workers) {
  console.log(`${worker.name}: ${minutes} minutes`);
  const { success } = await startWorker(worker, "inherit").status;
  failed ||= !success;
}
Deno.exit(failed ? 1 : 0);
