import type { RequestName } from "../contract/observer.ts";
import { escapeControls, escapeWord } from "./escape.ts";

/** Makes the log's line of one that a program wrote to its standard error. */
export function programLine(line: string, { method, target, core }: RequestName): string {
  return `[stderr] ${escapeWord(method)} ${escapeWord(target)} on core ${core}: ${escapeControls(line)}\n`;
}
