import type { HarakiriRecord } from "../contract/observer.ts";
import { coreText } from "./core_text.ts";

const OUTCOMES: Readonly<Record<HarakiriRecord["outcome"], string>> = {
  answered: "answered with 504",
  reset: "its answer had begun: reset",
  gone: "its client had gone",
};

/**
 * Makes the lines on a request that was given up, after uWSGI's.
 *
 * @param verbose With a line for each core that carries a request (uWSGI `--harakiri-verbose`).
 */
export function harakiriLines(record: HarakiriRecord, verbose: boolean): string {
  const { remote, limitMs, outcome } = record;
  const client = remote.transport === "unix" ? "unix:" : remote.hostname;
  const first = `*** HARAKIRI *** ${coreText(record)}, from ${client}, past its ${Math.round(limitMs)} ms: ${OUTCOMES[outcome]}\n`;
  return first + (verbose ? record.cores().map((core) => `    HARAKIRI ${coreText(core)}\n`).join("") : "");
}
