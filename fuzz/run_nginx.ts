/**
 * `deno task fuzz:nginx [--minutes N] [--seed N] [RUNTIME ...]`: mutated messages through nginx to heddle on Deno, Bun and Node, five minutes
 * each, one after the other: both must count the same requests. The first batch of inputs in which they do not ends it, and what is known of
 * it is printed.
 */
import { readLongRun, runInTurn } from "../scripts/long_run.ts";

const isWell = await runInTurn(await readLongRun("fuzz/nginx_worker.ts", 5, Date.now() & 0xffffffff));
Deno.exit(isWell ? 0 : 1);
