import { heddleTls, ownTls, RUNTIMES } from "../contestants.ts";
import { CONNECTIONS, CPU_A_REQUEST, type Workload } from "../workload.ts";

/** Issue 4 asks for nothing here: what safety in the handshake costs on each runtime (decision 0009). */
export const https: Workload = {
  name: "https",
  shows: "Hello over TLS on connections that stay open, beside the own server over TLS.",
  figure: CPU_A_REQUEST,
  plan: { kind: "load", connections: CONNECTIONS },
  contestants: RUNTIMES.flatMap((runtime) => [ownTls(runtime, "hello"), heddleTls(runtime, "hello")]),
  targets: [],
};
