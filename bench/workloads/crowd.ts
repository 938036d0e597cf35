import { HEDDLE, heddle, OWN, own, RUNTIMES } from "../contestants.ts";
import { ratios } from "../targets.ts";
import { type Contestant, CPU_A_REQUEST, type Workload } from "../workload.ts";

const APP = "hello";
const ACTIVE = 100;
const IDLE = 9900;
const ALONE = `${HEDDLE}, 100`;
const CROWDED = `${HEDDLE}, 10,000`;

/** Each server keeps an idle connection for 75 s, so that nothing but the load speaks in a round. */
export const crowd: Workload = {
  name: "crowd",
  shows: "Hello on 100 connections, alone, and with 9,900 idle ones open beside them.",
  figure: CPU_A_REQUEST,
  plan: { kind: "load", connections: ACTIVE },
  contestants: RUNTIMES.flatMap((runtime): Contestant[] => [
    { ...heddle(runtime, APP), name: ALONE, role: "raw" },
    { ...heddle(runtime, APP), name: CROWDED, idle: IDLE },
    { ...own(runtime, APP), name: `${OWN}, 100`, role: "other" },
    { ...own(runtime, APP), name: `${OWN}, 10,000`, idle: IDLE },
  ]),
  targets: ratios(ALONE, { node: 1.15, bun: 1.15, deno: 1.15 }, CROWDED),
};
