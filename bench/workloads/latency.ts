import { heddle, own, RUNTIMES } from "../contestants.ts";
import { toOwn } from "../targets.ts";
import { CONNECTIONS, type Workload } from "../workload.ts";

const APP = "hello";

/** What wrk cannot show: it sends no request before the last one's answer, so that a server that stops for a while delays few. */
export const latency: Workload = {
  name: "latency",
  shows: "Hello at a fixed rate, half of what the slower of the two can do: the wait of the slowest in a hundred, from when it was due.",
  figure: { name: "p99", unit: "us" },
  plan: { kind: "latency", connections: CONNECTIONS, load: 0.5 },
  contestants: RUNTIMES.flatMap((runtime) => [own(runtime, APP), heddle(runtime, APP)]),
  targets: toOwn({ node: 1, bun: 1, deno: 1 }),
};
