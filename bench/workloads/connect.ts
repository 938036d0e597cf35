import { floorOf, heddle, own, raw, RUNTIMES } from "../contestants.ts";
import { toOwn, toRaw } from "../targets.ts";
import { CONNECTIONS, CPU_A_REQUEST, type Workload } from "../workload.ts";

/**
 * The raw socket ends the connection after its reply. Bun.serve (1.4.5) ends it too but does not say so in its answer, which wrk counts as
 * an error: there the app says it.
 */
export const connect: Workload = {
  name: "connect",
  shows: "Hello with Connection: close: a new connection for each request.",
  figure: CPU_A_REQUEST,
  plan: { kind: "load", connections: CONNECTIONS, script: "connect.lua" },
  contestants: RUNTIMES.flatMap((runtime) => [
    raw(runtime, "raw", "--close"),
    own(runtime, runtime === "bun" ? "hello_close" : "hello"),
    floorOf(runtime, "hello"),
    heddle(runtime, "hello"),
  ]),
  targets: [...toRaw({ node: 1.15, bun: 1.15, deno: 1.15 }), ...toOwn({ node: 0.8, bun: 1, deno: 1 })],
};
