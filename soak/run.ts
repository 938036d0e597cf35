/** `deno task soak [--minutes N] [--seed N] [RUNTIME ...]`: the soak on Deno, Bun and Node, half an hour each, one after the other. */
import { parseArgs } from "node:util";
import { ROOT } from "../scripts/root.ts";
import { findRuntimes, type RuntimeName } from "../scripts/runtimes.ts";

/** Those that run TypeScript. */
const RUNTIMES = ["deno", "bun", "node"] as const satisfies readonly RuntimeName[];

const { values, positionals } = parseArgs({
  args: Deno.args,
  options: { minutes: { type: "string", default: "30" }, seed: { type: "string", default: "1" } },
  allowPositionals: true,
});
const minutes = Number(values.minutes);
if (!(minutes > 0)) throw new Error(`--minutes ${values.minutes}: not a number above 0`);
const unknown = positionals.find((name) => !(RUNTIMES as readonly string[]).includes(name));
if (unknown !== undefined) throw new Error(`soak "${unknown}": the runtimes are ${RUNTIMES.join(", ")}`);

let failed = false;
for (const [name, { path }] of await findRuntimes(positionals.length === 0 ? RUNTIMES : positionals as typeof RUNTIMES[number][])) {
  console.log(`${name}: ${minutes} minutes`);
  const args = [...(name === "deno" ? ["run", "-A", "--no-check"] : []), "soak/worker.ts", String(minutes * 60), values.seed];
  const { success } = await new Deno.Command(path, { args, cwd: ROOT, stdout: "inherit", stderr: "inherit" }).spawn().status;
  failed ||= !success;
}
Deno.exit(failed ? 1 : 0);
