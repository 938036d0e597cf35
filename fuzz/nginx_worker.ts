// One runtime's share of `deno task fuzz:nginx`: mutated messages through nginx to heddle. Usage: node nginx_worker.ts SECONDS SEED
import process from "node:process";
import { Random } from "../tests/support/random.ts";
import { AT_A_TIME, withTwoParsers } from "../tests/support/two_parsers.ts";
import { mutateKnown } from "./two_parsers.ts";

const PROGRESS_MS = 10_000;

const [seconds = 60, seed = 1] = process.argv.slice(2).map(Number);
const random = new Random(seed);
let failed = false;
for (const buffering of ["on", "off"] as const) {
  await withTwoParsers(buffering, async (parsers) => {
    let [inputs, forwarded, served] = [0, 0, 0];
    const told = () => `proxy_request_buffering ${buffering}: ${inputs} inputs, ${forwarded} requests forwarded, ${served} served`;
    const end = performance.now() + seconds * 500;
    for (let next = performance.now() + PROGRESS_MS; performance.now() < end && !failed;) {
      const batch = Array.from({ length: AT_A_TIME }, () => mutateKnown(random));
      const result = await parsers.send(batch);
      inputs += batch.length;
      forwarded += result.forwarded;
      served += result.served;
      for (const line of result.broken) console.log(`BROKEN ${line}`);
      failed ||= result.broken.length > 0;
      if (performance.now() < next) continue;
      next += PROGRESS_MS;
      console.error(told());
    }
    console.log(`${told()}, seed ${seed}`);
  });
}
process.exit(failed ? 1 : 0);
