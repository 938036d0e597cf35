import { floorOf, heddle, own, RUNTIMES } from "../contestants.ts";
import { toOwn } from "../targets.ts";
import { CPU_A_REQUEST, type Workload } from "../workload.ts";

/** As many as `heddle serve` has cores by default. */
const AT_ONCE = 1000;

/** The timer wheel beside the runtime's timers. */
export const sleep: Workload = {
  name: "sleep",
  shows: "sleep(10) in 1,000 requests at once, beside setTimeout in the own server.",
  figure: CPU_A_REQUEST,
  plan: { kind: "load", connections: AT_ONCE },
  contestants: RUNTIMES.flatMap((runtime) => [own(runtime, "set_timeout"), floorOf(runtime, "set_timeout"), heddle(runtime, "sleep")]),
  targets: toOwn({ node: 1, bun: 1, deno: 1 }),
};
