import type { LoopEngine, LoopEngineName } from "../contract/loop.ts";
import { ConfigError, UnsupportedError } from "../errors.ts";
import { detectRuntime, DISPLAY_NAMES, type RuntimeName } from "../io/runtime.ts";

/** The loop engines, and whose they are. */
export const LOOP_ENGINES: Readonly<Record<LoopEngineName, { readonly runtime: RuntimeName; readonly what: string }>> = {
  "deno-serve": { runtime: "deno", what: "Deno.serve" },
  "bun-serve": { runtime: "bun", what: "Bun.serve" },
  "node-http": { runtime: "node", what: "node:http" },
};

/**
 * Loads a loop engine.
 *
 * @throws {ConfigError} There is none of that name.
 * @throws {UnsupportedError} It is another runtime's.
 */
export async function selectLoop(name: string): Promise<LoopEngine> {
  const runtime = detectRuntime();
  const names = Object.keys(LOOP_ENGINES) as LoopEngineName[];
  const chosen = names.find((known) => known === name);
  if (chosen === undefined) {
    throw new ConfigError("loop", `unavailable loop engine ${JSON.stringify(name)}: there are ${names.join(", ")}`);
  }
  const { runtime: wanted, what } = LOOP_ENGINES[chosen];
  if (wanted !== runtime.name) {
    const display = `${DISPLAY_NAMES[runtime.name]} ${runtime.version}`;
    const own = names.find((known) => LOOP_ENGINES[known].runtime === runtime.name);
    throw new UnsupportedError(
      display,
      `use the loop engine ${chosen}: heddle runs ${what} on ${
        DISPLAY_NAMES[wanted]
      } alone, and this is ${display}; choose ${own}, or leave --loop out`,
    );
  }
  switch (chosen) {
    case "deno-serve":
      return (await import("./deno_serve.ts")).createDenoServe();
    case "bun-serve":
      return (await import("./bun_serve.ts")).createBunServe();
    case "node-http":
      return (await import("./node_http.ts")).createNodeHttp();
  }
}
