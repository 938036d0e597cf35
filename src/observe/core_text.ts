import type { BusyCore, RequestName } from "../contract/observer.ts";
import { escapeWord } from "./escape.ts";

/** What a core is at, for a log: `[core 3] GET /slow, waiting after 2000 ms and 4 switches`. */
export function coreText(busy: BusyCore): string {
  const { state, ageMs, switches } = busy;
  return `${nameText(busy)}, ${state} after ${Math.round(ageMs)} ms and ${switches} switches`;
}

/** Which request it is, for a log: `[core 3] GET /slow`. */
export function nameText({ core, method, target }: RequestName): string {
  return `[core ${core}] ${escapeWord(method)} ${escapeWord(target)}`;
}
