import { boundedFloorOf, floorOf, heddleNative, NATIVE, NODE_SERVER, nodeServer, own, raw, RUNTIMES } from "../contestants.ts";
import { ratios, toOwn, toRaw } from "../targets.ts";
import { CONNECTIONS, CPU_A_REQUEST, type Workload } from "../workload.ts";

const APP = "hello";

/** Hello with the runtime's own Request and Response; @hono/node-server keeps its light ones, as it is used. */
export const helloNative: Workload = {
  name: "hello-native",
  shows: "Hello under --globals native: what the runtime's own Request and Response cost.",
  figure: CPU_A_REQUEST,
  plan: { kind: "load", connections: CONNECTIONS },
  contestants: [
    ...RUNTIMES.flatMap((
      runtime,
    ) => [
      raw(runtime),
      own(runtime, APP),
      floorOf(runtime, APP, "--native"),
      boundedFloorOf(runtime, APP, "--native"),
      heddleNative(runtime, APP),
    ]),
    nodeServer(APP),
  ],
  targets: [...toRaw({ node: 1.7 }, NATIVE), ...toOwn({ node: 1.05 }, NATIVE), ...ratios(NODE_SERVER, { node: 1 }, NATIVE)],
};
