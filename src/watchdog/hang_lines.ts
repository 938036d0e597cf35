import type { BusyCore, RequestName } from "../contract/observer.ts";
import { coreText, nameText } from "../observe/core_text.ts";
import { escapeControls } from "../observe/escape.ts";
import type { Hang } from "./watchdog.ts";

/** Where the main thread was found. */
export interface Place {
  /** The innermost first. */
  readonly frames: readonly string[];
  /** Whose code it is; null if no request's that has a core. */
  readonly request: RequestName | null;
}

/** Requests that are listed where it is not known which one it is. */
const MOST_CANDIDATES = 16;
/** Frames that are kept, as of an error. */
const MOST_FRAMES = 16;

/** The first line on a hang: that it is one, and whose deadline it is past. */
export function hangLine({ blockedMs, overdue }: Hang): string {
  const others = overdue.length === 1 ? "" : `, and ${overdue.length - 1} more`;
  return `*** HARAKIRI *** the event loop has been blocked for ${Math.round(blockedMs)} ms, past the deadline of ${
    coreText(overdue[0]!)
  }${others}\n`;
}

/**
 * The lines after it: which request blocks the loop, as far as that is known, and where.
 *
 * @param place Null where the runtime cannot tell, or the loop hangs in a native call.
 */
export function blockerLines(hang: Hang, place: Place | null): string {
  const lines = place === null ? guesses(hang) : [ownerLine(hang, place), ...place.frames.slice(0, MOST_FRAMES)];
  return lines.map((line) => `    ${escapeControls(line)}\n`).join("");
}

function ownerLine({ busy }: Hang, { request }: Place): string {
  if (request === null) return "blocked by code of no request that has a core:";
  const busyCore = busy.find(({ core }) => core === request.core);
  return `blocked by ${busyCore === undefined ? nameText(request) : coreText(busyCore)}:`;
}

function guesses({ slice, busy }: Hang): string[] {
  if (slice !== null) return [`blocked by ${coreText(slice)}: its slice has begun and not ended`];
  const more = busy.length - MOST_CANDIDATES;
  return [
    "blocked by one of these, or by code of no request; heddle does not see whose code runs after an await of anything but its own:",
    ...busy.slice(0, MOST_CANDIDATES).map((core: BusyCore) => `candidate ${coreText(core)}`),
    ...(more > 0 ? [`and ${more} more`] : []),
  ];
}
