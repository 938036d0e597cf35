import { heddle, heddleByLoop, own, RUNTIMES } from "../contestants.ts";
import { CONNECTIONS, CPU_A_REQUEST, type Workload } from "../workload.ts";

const APP = "hello";

/** The loops have no target: who takes one does it for HTTP/2, or for what the runtime's own server does beside. */
export const loops: Workload = {
  name: "loops",
  shows: "What cores, harakiri and limits cost on the runtime's own server (--loop), beside that server and heddle's sockets.",
  figure: CPU_A_REQUEST,
  plan: { kind: "load", connections: CONNECTIONS },
  contestants: RUNTIMES.flatMap((runtime) => [own(runtime, APP), heddleByLoop(runtime, APP), heddle(runtime, APP)]),
  targets: [],
};
