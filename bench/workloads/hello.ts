import { boundedFloorOf, floorOf, heddle, NODE_SERVER, nodeServer, own, raw, RUNTIMES, SRVX, srvx } from "../contestants.ts";
import { ratios, toOwn, toRaw } from "../targets.ts";
import { CONNECTIONS, CPU_A_REQUEST, type Workload } from "../workload.ts";

const APP = "hello";

/** Thirteen bytes for wrk's own head of 40. */
export const hello: Workload = {
  name: "hello",
  shows: "What a request costs that carries nothing: 13 bytes of text for a head of 40 bytes.",
  figure: CPU_A_REQUEST,
  plan: { kind: "load", connections: CONNECTIONS },
  contestants: [
    ...RUNTIMES.flatMap((
      runtime,
    ) => [raw(runtime), own(runtime, APP), floorOf(runtime, APP), boundedFloorOf(runtime, APP), heddle(runtime, APP)]),
    nodeServer(APP),
    srvx(APP),
  ],
  targets: [
    ...toRaw({ node: 1.1, bun: 1.15, deno: 1.15 }),
    ...toOwn({ node: 0.7, bun: 1, deno: 1.05 }),
    ...ratios(NODE_SERVER, { node: 0.65 }),
    ...ratios(SRVX, { node: 0.45 }),
  ],
};
