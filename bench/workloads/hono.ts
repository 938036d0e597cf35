import { floorOf, heddle, heddleNative, NODE_SERVER, nodeServer, OWN, own, RUNTIMES, srvx } from "../contestants.ts";
import { ratios } from "../targets.ts";
import { CONNECTIONS, CPU_A_REQUEST, type Workload } from "../workload.ts";

const APP = "hono";

/** The own server is Hono on Bun.serve and on Deno.serve; on Node, @hono/node-server is. */
export const hono: Workload = {
  name: "hono",
  shows: "A Hono app of three routes, one with a parameter, asked for each in turn.",
  figure: CPU_A_REQUEST,
  plan: { kind: "load", connections: CONNECTIONS, script: "hono.lua" },
  contestants: [
    ...RUNTIMES.flatMap((
      runtime,
    ) => [...(runtime === "node" ? [] : [own(runtime, APP)]), floorOf(runtime, APP), heddle(runtime, APP), heddleNative(runtime, APP)]),
    nodeServer(APP),
    srvx(APP),
  ],
  targets: [...ratios(NODE_SERVER, { node: 0.7 }), ...ratios(OWN, { bun: 1.05, deno: 1.1 })],
};
