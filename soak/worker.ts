// One runtime's share of `deno task soak`. Usage: node worker.ts SECONDS SEED
import process from "node:process";
import { soak } from "./soak.ts";

const [seconds = 60, seed = 1] = process.argv.slice(2).map(Number);
const report = await soak(seconds, seed, (line) => console.log(line));
const [held, outside] = [report.grownBytes, report.outsideBytes].map((bytes) => Math.round(bytes / 1_048_576));
console.log(`${report.requests} requests, ${held} MB more held, ${outside} MB more outside of the heap, seed ${seed}`);
console.log(Object.entries(report.lives).map(([name, count]) => `${count} ${name}`).join(", "));
for (const line of report.broken) console.log(`BROKEN ${line}`);
process.exit(report.broken.length === 0 ? 0 : 1);
