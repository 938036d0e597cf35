import { heddle, own, raw, RUNTIMES } from "../contestants.ts";
import { values } from "../targets.ts";
import type { Workload } from "../workload.ts";

const APP = "waiting";
const CONNECTIONS = 5000;

/** Both halves of the connections; the core table is memory that is there from the start. */
const CORES = `${2 * CONNECTIONS}`;

/** Threads that are looked at; as many are there before. */
const THREADS = 8;

/** What issue 4 counts memory in. */
const KB = 1000;

/** Each connection has had one answer. */
export const memoryIdle: Workload = {
  name: "memory-idle",
  shows: "Resident memory of an idle keep-alive connection: what 5,000 add to a server that has 5,000.",
  figure: { name: "memory a connection", unit: "bytes" },
  plan: { kind: "memory", connections: CONNECTIONS, path: "/" },
  contestants: RUNTIMES.flatMap((runtime) => [raw(runtime), own(runtime, APP), heddle(runtime, APP, "--async", CORES)]),
  targets: values({ node: 6 * KB, bun: 2 * KB, deno: 8 * KB }),
};

/** Connection, request, core and promise. */
export const memoryWaiting: Workload = {
  name: "memory-waiting",
  shows: "Resident memory of a request that waits in its handler, its connection included: what 5,000 add to a server that has 5,000.",
  figure: { name: "memory a request", unit: "bytes" },
  plan: { kind: "memory", connections: CONNECTIONS, path: "/wait" },
  contestants: RUNTIMES.flatMap((runtime) => [own(runtime, APP), heddle(runtime, APP, "--async", CORES)]),
  targets: values({ node: 8 * KB, bun: 4 * KB, deno: 10 * KB }),
};

/** Each request has a thread, which has loaded the app. */
export const memoryThread: Workload = {
  name: "memory-thread",
  shows: "Resident memory of a thread (--suspend worker), with the request that waits in it: what 8 add to a server that has 8.",
  figure: { name: "memory a thread", unit: "bytes" },
  // One request at a time keeps to one thread; on Deno a start takes half a second on a busy machine.
  plan: { kind: "memory", connections: THREADS, path: "/wait", warmUpConnections: 1, settleMs: 10_000 },
  contestants: RUNTIMES.map((runtime) => heddle(runtime, APP, "--suspend", "worker", "--async", `${2 * THREADS}`)),
  targets: [],
};
