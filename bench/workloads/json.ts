import { floorOf, heddle, NODE_SERVER, nodeServer, own, RUNTIMES, srvx } from "../contestants.ts";
import { ratios, toOwn } from "../targets.ts";
import { CONNECTIONS, CPU_A_REQUEST, type Workload } from "../workload.ts";

const APP = "json";

/** A small API's request. */
export const json: Workload = {
  name: "json",
  shows: "POST of 1 KiB of JSON, parsed by request.json() and sent back by Response.json().",
  figure: CPU_A_REQUEST,
  plan: { kind: "load", connections: CONNECTIONS, script: "json.lua" },
  contestants: [
    ...RUNTIMES.flatMap((runtime) => [own(runtime, APP), floorOf(runtime, APP), heddle(runtime, APP)]),
    nodeServer(APP),
    srvx(APP),
  ],
  targets: [...toOwn({ node: 0.7, bun: 0.9, deno: 0.9 }), ...ratios(NODE_SERVER, { node: 0.6 })],
};
