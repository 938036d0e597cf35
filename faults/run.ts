/** `deno task faults [--only RUNTIME,...] [FAULT ...]`: what hostile clients do, at its full size, on Deno, Bun and Node: 5 minutes each. */
import { parseArgs } from "node:util";
import { ROOT } from "../scripts/root.ts";
import { findRuntimes, type RuntimeName } from "../scripts/runtimes.ts";
import { FAULTS } from "./cases/all.ts";

const RUNNERS = [["deno", ["run", "-A", "--no-check"]], ["bun", []], [
  "node",
  [],
]] as const satisfies (readonly [RuntimeName, readonly string[]])[];

const { values, positionals } = parseArgs({ args: Deno.args, options: { only: { type: "string" } }, allowPositionals: true });
const only = values.only?.split(",") ?? RUNNERS.map(([name]) => name);
const names = positionals.length === 0 ? FAULTS.map(({ name }) => name) : positionals;
check("--only", only, RUNNERS.map(([name]) => name));
check("faults", names, FAULTS.map(({ name }) => name));

const found = await findRuntimes(["deno", "bun", "node"]);
let failed = false;
for (const [name, flags] of RUNNERS.filter(([name]) => only.includes(name))) {
  console.log(`${name}:`);
  // The clients are Node's, whatever the server is: 10,000 sockets cost it least.
  const args = ["faults/worker.ts", names.join(","), found.get(name)!.path, ...flags];
  const { success } = await new Deno.Command(found.get("node")!.path, { args, cwd: ROOT, stdout: "inherit", stderr: "inherit" }).spawn()
    .status;
  failed ||= !success;
}
Deno.exit(failed ? 1 : 0);

function check(what: string, given: readonly string[], known: readonly string[]): void {
  const unknown = given.find((name) => !known.includes(name));
  if (unknown === undefined) return;
  console.error(`${what}: there is no "${unknown}"; there are ${known.join(", ")}`);
  Deno.exit(2);
}
