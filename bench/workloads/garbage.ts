import { heddle, own, RUNTIMES } from "../contestants.ts";
import type { Contestant, Workload } from "../workload.ts";

const APP = "hello";

/** How a module comes before the program: after so many words of the command, by this option. */
const PRELOAD = { node: [0, "--import"], bun: [0, "--preload"], deno: [1, "--preload"] } as const;

/** Recorded, without a target: what a collector has to do for a request. */
export const garbage: Workload = {
  name: "garbage",
  shows: "Bytes of the JavaScript heap that a request of hello allocates; what lies outside of that heap, such as buffers, is not counted.",
  figure: { name: "garbage a request", unit: "bytes" },
  plan: { kind: "garbage" },
  contestants: RUNTIMES.flatMap((runtime) => [own(runtime, APP), heddle(runtime, APP)].map(counted)),
  targets: [],
};

/** The same program, which tells of its heap. */
function counted(contestant: Contestant): Contestant {
  const { runtime, command } = contestant;
  if (runtime !== "node" && runtime !== "bun" && runtime !== "deno") return contestant;
  const [at, option] = PRELOAD[runtime];
  return { ...contestant, command: command.toSpliced(at, 0, option, `./bench/servers/allocated_${runtime}.ts`) };
}
