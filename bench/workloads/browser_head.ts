import { usualAndFloor } from "../contestants.ts";
import { toOwn, toRaw } from "../targets.ts";
import { CONNECTIONS, CPU_A_REQUEST, type Workload } from "../workload.ts";

/** Hello for a head as browsers send it. */
export const browserHead: Workload = {
  name: "browser-head",
  shows: "Hello for a browser's head, 900 bytes in 15 fields: what reading and checking every byte of it costs.",
  figure: CPU_A_REQUEST,
  plan: { kind: "load", connections: CONNECTIONS, script: "browser_head.lua" },
  contestants: usualAndFloor("hello"),
  targets: [...toRaw({ node: 1.15, bun: 1.2, deno: 1.2 }), ...toOwn({ node: 0.65, bun: 1.05, deno: 1.05 })],
};
