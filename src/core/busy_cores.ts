import type { BusyCore } from "../contract/observer.ts";
import type { CoreTable } from "./table.ts";

/** What a core's request is at, or its last one. */
export function busyCore(table: CoreTable, core: number, nowMs: number): BusyCore {
  const { method, target, state, startedMs, switches } = table.row(core);
  return { core, method, target, state, ageMs: nowMs - startedMs, switches };
}

/** Every core that carries a request, or is lost; about a microsecond a core. */
export function busyCores(table: CoreTable, nowMs: number): BusyCore[] {
  const busy: BusyCore[] = [];
  for (let core = 0; core < table.count; core++) {
    if (table.state(core) !== "idle") busy.push(busyCore(table, core, nowMs));
  }
  return busy;
}
