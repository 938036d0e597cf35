import { heddle, own, RUNTIMES } from "../contestants.ts";
import { toOwn } from "../targets.ts";
import { CONNECTIONS, CPU_A_REQUEST, type Workload } from "../workload.ts";

const APP = "hello";

/** What corked writes are for. */
export const pipeline: Workload = {
  name: "pipeline",
  shows: "Hello, 16 requests sent at once on each connection; latencies are of the last of them.",
  figure: CPU_A_REQUEST,
  plan: { kind: "load", connections: CONNECTIONS, script: "pipeline.lua" },
  contestants: RUNTIMES.flatMap((runtime) => [own(runtime, APP), heddle(runtime, APP)]),
  targets: toOwn({ node: 0.4, bun: 0.8, deno: 0.8 }),
};
