// The clients of `deno task faults`, on Node, against servers on one runtime. Usage: node worker.ts FAULT,FAULT,... RUNNER [FLAG ...]
import process from "node:process";
import { FAULTS } from "./cases/all.ts";
import { runFault } from "./scene.ts";

const [names = "", ...runner] = process.argv.slice(2);
let failed = false;
for (const name of names.split(",")) {
  const fault = FAULTS.find((each) => each.name === name)!;
  console.log(`${name}: ${fault.holds}`);
  const { figures, broken } = await runFault(fault, runner);
  console.log(`  ${broken.length === 0 ? "holds" : "BROKEN"}: ${figures}`);
  for (const line of broken) console.log(`  ${line}`);
  failed ||= broken.length > 0;
}
process.exit(failed ? 1 : 0);
