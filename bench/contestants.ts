import type { RuntimeName } from "../scripts/runtimes.ts";

/** A server that takes part: it prints a line with its URL, and answers "Hello, World!". */
export interface Contestant {
  readonly name: string;
  /** What it is measured as: the raw socket is the limit, the runtime's own server the peer. */
  readonly role: "raw" | "own" | "heddle" | "variant";
  readonly runtime: Exclude<RuntimeName, "node20">;
  /** Arguments of the runtime, from the checkout's root. */
  readonly arguments: readonly string[];
}

const RUN: Readonly<Record<Contestant["runtime"], readonly string[]>> = { deno: ["run", "-A", "--no-check"], bun: [], node: [] };

const SERVE = ["src/cli/main.ts", "serve", "bench/apps/hello.ts", "--port", "0", "--log-format", "none"];

/** Hello on each runtime: the raw socket, the runtime's own server, and heddle as `heddle serve` runs it; each check, limit and timeout on. */
export const HELLO: readonly Contestant[] = (["node", "bun", "deno"] as const).flatMap((runtime): Contestant[] => [
  { name: "raw socket", role: "raw", runtime, arguments: [...RUN[runtime], `bench/servers/raw_${runtime}.ts`] },
  { name: "own server", role: "own", runtime, arguments: [...RUN[runtime], `bench/servers/own_${runtime}.ts`] },
  { name: "heddle", role: "heddle", runtime, arguments: [...RUN[runtime], ...SERVE] },
  { name: "heddle, native globals", role: "variant", runtime, arguments: [...RUN[runtime], ...SERVE, "--globals", "native"] },
]);
