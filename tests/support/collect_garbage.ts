import v8 from "node:v8";
import vm from "node:vm";
import { pause } from "./served.ts";

/** Runs a whole collection, in a turn of its own: what the caller's frame still holds would live. */
export async function collectGarbage(): Promise<void> {
  const collect = collector();
  for (let round = 0; round < 2; round++) {
    await pause(1);
    collect();
  }
}

function collector(): () => void {
  const { Bun } = globalThis as { Bun?: { gc(synchronous: boolean): void } };
  if (Bun !== undefined) return () => Bun.gc(true);
  // On Node, and on Deno 2.9.6 too.
  v8.setFlagsFromString("--expose-gc");
  return vm.runInNewContext("gc") as () => void;
}
