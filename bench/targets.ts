/** Short ways to write issue 4's table. */
import { HEDDLE, NGINX, OWN, RAW } from "./contestants.ts";
import type { BenchRuntime, Target } from "./workload.ts";

/** Most for each runtime; one that has no target is left out. */
export type ByRuntime = Partial<Readonly<Record<BenchRuntime, number>>>;

/** Ratios to another contestant of the same runtime. */
export function ratios(to: string, most: ByRuntime, contestant: string = HEDDLE): Target[] {
  return entries(most).map(([runtime, bound]) => ({ runtime, contestant, kind: "ratio", to: { runtime, name: to }, most: bound }));
}

/** Ratios to the raw socket. */
export function toRaw(most: ByRuntime, contestant?: string): Target[] {
  return ratios(RAW, most, contestant);
}

/** Ratios to the runtime's own server. */
export function toOwn(most: ByRuntime, contestant?: string): Target[] {
  return ratios(OWN, most, contestant);
}

/** Ratios to nginx. */
export function toNginx(most: ByRuntime, contestant: string = HEDDLE): Target[] {
  return entries(most).map(([runtime, bound]) => ({
    runtime,
    contestant,
    kind: "ratio",
    to: { runtime: "nginx", name: NGINX },
    most: bound,
  }));
}

/** Bounds on the figure itself. */
export function values(most: ByRuntime, contestant: string = HEDDLE): Target[] {
  return entries(most).map(([runtime, bound]) => ({ runtime, contestant, kind: "value", to: null, most: bound }));
}

function entries(most: ByRuntime): [BenchRuntime, number][] {
  return Object.entries(most) as [BenchRuntime, number][];
}
