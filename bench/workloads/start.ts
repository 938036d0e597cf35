import { HEDDLE, RUNTIMES } from "../contestants.ts";
import type { BenchRuntime, Contestant, Target, Workload } from "../workload.ts";

const BARE = "bare program";
const PACKAGE = "heddle, npm package";

/** Above a program that prints one line, in milliseconds. */
const MOST_MS = 100;

/** Plain JavaScript: Node 20 strips no types. */
const BARE_PROGRAM = "bench/servers/bare.mjs";

const ARGUMENTS = ["serve", "bench/apps/hello.mjs", "--port", "0", "--log-format", "none"];

/** Not pinned, as nobody who starts a server does it. */
export const start: Workload = {
  name: "start",
  shows: 'From the spawn to the line "listening on", above a program of the same runtime that prints that line and nothing else.',
  figure: { name: "time to listen", unit: "ms" },
  plan: { kind: "start" },
  // A start takes a fraction of a second.
  rounds: 15,
  contestants: [
    ...RUNTIMES.flatMap((runtime): Contestant[] => {
      const run = runtime === "deno" ? ["run", "-A", "--no-check"] : [];
      return [
        { name: BARE, role: "raw", runtime, command: [...run, BARE_PROGRAM] },
        { name: HEDDLE, role: "heddle", runtime, command: [...run, "src/cli/main.ts", ...ARGUMENTS] },
      ];
    }),
    packaged("node"),
    { name: BARE, role: "raw", runtime: "node20", command: [BARE_PROGRAM] },
    packaged("node20"),
  ],
  targets: [above("deno", HEDDLE), above("bun", HEDDLE), above("node", HEDDLE), above("node", PACKAGE), above("node20", PACKAGE)],
};

/** The emit that `deno task build:npm` makes. */
function packaged(runtime: BenchRuntime): Contestant {
  return { name: PACKAGE, role: "variant", runtime, command: ["npm/dist/src/cli/main.js", ...ARGUMENTS], needs: "npm" };
}

function above(runtime: BenchRuntime, contestant: string): Target {
  return { runtime, contestant, kind: "difference", to: { runtime, name: BARE }, most: MOST_MS };
}
