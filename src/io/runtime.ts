import type { RuntimeGlobals } from "./runtime_types.ts";

/** The runtimes that heddle runs on. */
export type RuntimeName = "deno" | "bun" | "node";

/** As an error names them. */
export const DISPLAY_NAMES: Readonly<Record<RuntimeName, string>> = { deno: "Deno", bun: "Bun", node: "Node" };

/** The runtime and its own version, such as `2.9.6`. */
export function detectRuntime(): { readonly name: RuntimeName; readonly version: string } {
  const { Deno, Bun, process } = globalThis as RuntimeGlobals;
  if (Deno !== undefined) return { name: "deno", version: Deno.version.deno };
  if (Bun !== undefined) return { name: "bun", version: Bun.version };
  return { name: "node", version: process?.versions.node ?? "" };
}

/** Such as `Deno 2.9.6`, for an `UnsupportedError`. */
export function runtimeDisplayName(): string {
  const { name, version } = detectRuntime();
  return `${DISPLAY_NAMES[name]} ${version}`;
}
