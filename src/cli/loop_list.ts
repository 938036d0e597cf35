import { detectRuntime, DISPLAY_NAMES } from "../io/runtime.ts";
import { LOOP_ENGINES } from "../loop/select.ts";

/** What `--loop-list` prints. */
export function loopList(): string {
  const own = detectRuntime().name;
  const lines = Object.entries(LOOP_ENGINES).map(([name, { runtime, what }]) => {
    return `  ${name.padEnd(12)}${what}${runtime === own ? "" : `: on ${DISPLAY_NAMES[runtime]} alone`}`;
  });
  return ["*** available loop engines ***", ...lines, ""].join("\n");
}
