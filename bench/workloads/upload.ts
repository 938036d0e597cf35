import { heddle, own, part, raw, RUNTIMES } from "../contestants.ts";
import { toOwn, toRaw } from "../targets.ts";
import { CONNECTIONS, CPU_A_REQUEST, type Workload } from "../workload.ts";

/** An upload that the app reads; the raw socket counts bytes, and replies after the last one. */
export const upload: Workload = {
  name: "upload",
  shows: "POST of 1 MiB, which the app reads as a stream, chunk by chunk.",
  figure: CPU_A_REQUEST,
  plan: { kind: "load", connections: CONNECTIONS, script: "upload.lua" },
  contestants: RUNTIMES.flatMap((runtime) => [
    raw(runtime, "raw_upload"),
    own(runtime, "upload"),
    part(runtime, "Web stream alone", "upload_alone"),
    heddle(runtime, "upload"),
  ]),
  targets: [...toRaw({ node: 1.3, bun: 1.3, deno: 1.3 }), ...toOwn({ node: 0.9, bun: 1, deno: 1 })],
};
