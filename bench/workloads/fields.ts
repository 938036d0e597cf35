import { heddle, own, RUNTIMES } from "../contestants.ts";
import { toOwn } from "../targets.ts";
import { CONNECTIONS, CPU_A_REQUEST, type Workload } from "../workload.ts";

const APP = "fields";

/** Headers, read and written. */
export const fields: Workload = {
  name: "fields",
  shows: "50 request fields, each read by the app, and 10 response fields set by it.",
  figure: CPU_A_REQUEST,
  plan: { kind: "load", connections: CONNECTIONS, script: "fields.lua" },
  contestants: RUNTIMES.flatMap((runtime) => [own(runtime, APP), heddle(runtime, APP)]),
  targets: toOwn({ node: 0.9, bun: 1, deno: 1 }),
};
