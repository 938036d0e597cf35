import { heddle, RUNTIMES, uwsgi } from "../contestants.ts";
import { values } from "../targets.ts";
import type { Workload } from "../workload.ts";

const APP = "switch";

/** What its app does in one request; the rest of the request is a thousandth of its cost a switch. */
const SWITCHES = 1000;

/** Each switch is one to another request. Few: uWSGI's ugreen (2.0.21) hangs for good at 8 of them at once. */
const AT_ONCE = 4;

/** The app's loop is the same for all. */
export const switches: Workload = {
  name: "switch",
  shows: "suspend() and back, 1,000 times a request with 4 requests at once; uWSGI's uwsgi.suspend() beside it.",
  figure: { name: "CPU a switch", unit: "us" },
  plan: { kind: "load", connections: AT_ONCE, script: "connect.lua", timesARequest: SWITCHES },
  contestants: [...RUNTIMES.map((runtime) => heddle(runtime, APP)), uwsgi("greenlet", APP), uwsgi("ugreen", APP)],
  targets: values({ node: 1, bun: 1, deno: 1 }),
};
