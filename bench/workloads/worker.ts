import { heddle, heddleOnOneThread, RUNTIMES } from "../contestants.ts";
import { CPU_A_REQUEST, type Workload } from "../workload.ts";

/** As many threads as these; a request that waits for one would hide what it costs. */
const AT_ONCE = 4;

const THREADS = ["--suspend", "worker", "--async", `${AT_ONCE}`];

/** What goes to a thread and comes from there. */
export const worker: Workload = {
  name: "worker",
  shows:
    "A hello from threads (--suspend worker) with 4 requests at once, beside the same app on one thread: what a request pays for messages.",
  figure: CPU_A_REQUEST,
  plan: { kind: "load", connections: AT_ONCE },
  contestants: RUNTIMES.flatMap((runtime) => [heddle(runtime, "hello", ...THREADS), heddleOnOneThread(runtime, "hello")]),
  targets: [],
};

/** A thread that stands still, and is woken. */
export const workerSwitch: Workload = {
  name: "worker-switch",
  shows: "suspendSync() and back, 1,000 times a request with 4 requests at once, each in its thread.",
  figure: { name: "CPU a switch", unit: "us" },
  plan: { kind: "load", connections: AT_ONCE, script: "connect.lua", timesARequest: 1000 },
  contestants: RUNTIMES.map((runtime) => heddle(runtime, "switch_sync", ...THREADS)),
  targets: [],
};
