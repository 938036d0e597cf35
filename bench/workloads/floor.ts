import { heddle, own, part, raw, RUNTIMES } from "../contestants.ts";
import { CONNECTIONS, CPU_A_REQUEST, type Workload } from "../workload.ts";

/** How near to the raw socket hello can come at all: programs that do a part of what heddle must. */
export const floor: Workload = {
  name: "floor",
  shows:
    "What no server of fetch apps can leave out: strict HTTP without cores, an app or its objects; on Deno, an AsyncLocalStorage's run.",
  figure: CPU_A_REQUEST,
  plan: { kind: "load", connections: CONNECTIONS },
  contestants: [
    ...RUNTIMES.flatMap((runtime) => [raw(runtime), part(runtime, "HTTP alone", "http_alone"), heddle(runtime, "hello")]),
    part("deno", "raw socket, a run", "raw_deno", "--run"),
  ],
  targets: [],
};

/** The same for a stream. */
export const floorStream: Workload = {
  name: "floor-stream",
  shows: "What no server of fetch apps can leave out in a stream of 1 MiB: reading its 64 chunks, without HTTP and cores.",
  figure: CPU_A_REQUEST,
  plan: { kind: "load", connections: CONNECTIONS },
  contestants: [
    ...RUNTIMES.flatMap((runtime) => [
      raw(runtime, "raw_stream"),
      own(runtime, "stream"),
      part(runtime, "Web stream alone", "stream_alone"),
      heddle(runtime, "stream"),
    ]),
    part("node", "raw socket, 64 KiB a write", "raw_stream_node", "--large"),
  ],
  targets: [],
};
