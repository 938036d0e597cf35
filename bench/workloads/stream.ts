import { usual } from "../contestants.ts";
import { toOwn, toRaw } from "../targets.ts";
import { CONNECTIONS, CPU_A_REQUEST, type Workload } from "../workload.ts";

/** A download that the app makes; the raw socket writes the same bytes, chunked framing and all, and waits for `drain` as it must. */
export const stream: Workload = {
  name: "stream",
  shows: "A streamed response of 1 MiB in chunks of 16 KiB.",
  figure: CPU_A_REQUEST,
  plan: { kind: "load", connections: CONNECTIONS },
  contestants: usual("stream", "raw_stream"),
  targets: [...toRaw({ node: 1.3, bun: 1.3, deno: 1.3 }), ...toOwn({ node: 0.9, bun: 1, deno: 1 })],
};
