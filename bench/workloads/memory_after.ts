import { heddle, RUNTIMES } from "../contestants.ts";
import { values } from "../targets.ts";
import type { Workload } from "../workload.ts";

const MB = 1_000_000;

/** What a server leaks, and what its heap keeps. */
export const memoryAfter: Workload = {
  name: "memory-after",
  shows:
    "Resident memory after 10 million requests, and after 100,000 connections come and gone, above that after the first 100,000 of each.",
  figure: { name: "growth", unit: "bytes" },
  plan: { kind: "memory-after", firstRequests: 100_000, firstConnections: 100_000, requests: 10_000_000, connections: 100_000 },
  rounds: 3,
  contestants: RUNTIMES.map((runtime) => heddle(runtime, "hello")),
  targets: values({ node: 8 * MB, bun: 8 * MB, deno: 8 * MB }),
};
