import { heddle, own, part, raw, RUNTIMES } from "../contestants.ts";
import { AT_ONCE } from "./sleep.ts";
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

/** The same for a small API's request. */
export const floorJson: Workload = {
  name: "floor-json",
  shows:
    "What no server of fetch apps can leave out in a POST of 1 KiB of JSON: strict HTTP and the JSON, without cores or an app's objects.",
  figure: CPU_A_REQUEST,
  plan: { kind: "load", connections: CONNECTIONS, script: "json.lua" },
  contestants: RUNTIMES.flatMap((runtime) => [
    own(runtime, "json"),
    part(runtime, "HTTP and JSON alone", "http_alone", "--json"),
    heddle(runtime, "json"),
  ]),
  targets: [],
};

/** The same for a request that sleeps. */
export const floorSleep: Workload = {
  name: "floor-sleep",
  shows: "What no server of fetch apps can leave out in 1,000 requests that sleep at once: strict HTTP and setTimeout.",
  figure: CPU_A_REQUEST,
  plan: { kind: "load", connections: AT_ONCE },
  contestants: RUNTIMES.flatMap((runtime) => [
    own(runtime, "set_timeout"),
    part(runtime, "HTTP and setTimeout alone", "http_alone", "--sleep"),
    heddle(runtime, "sleep"),
  ]),
  targets: [],
};
