import { heddle, RUNTIMES, uwsgi, uwsgiName } from "../contestants.ts";
import { CONNECTIONS, CPU_A_REQUEST, type Target, type Workload } from "../workload.ts";

const APP = "yield";

/** A new connection a request for all, since uWSGI's `--http-socket` has no keep-alive. */
export const yieldApp: Workload = {
  name: "yield",
  shows:
    "A yield app of 100 chunks of 16 bytes, a slice each, beside uWSGI with the same app in Python; a new connection for each request.",
  figure: CPU_A_REQUEST,
  plan: { kind: "load", connections: CONNECTIONS, script: "connect.lua" },
  contestants: [...RUNTIMES.map((runtime) => heddle(runtime, APP)), uwsgi("greenlet", APP), uwsgi("ugreen", APP)],
  targets: RUNTIMES.map((runtime): Target => ({
    runtime,
    contestant: "heddle",
    kind: "ratio",
    to: { runtime: "uwsgi", name: uwsgiName("greenlet") },
    most: 0.5,
  })),
};
