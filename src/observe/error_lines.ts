import type { RequestName } from "../contract/observer.ts";
import { escapeControls, escapeWord } from "./escape.ts";

/** Letters of a message that are kept: what an app puts into one may have come from a client. */
const MOST_MESSAGE = 2048;
/** Frames of a stack that are kept: V8's usual number, and some. */
const MOST_FRAMES = 16;
/** Causes that are followed. */
const MOST_CAUSES = 4;

/**
 * Makes the lines of an app's error: what failed and why, then the stack, each further line indented, so that none passes for a line of its own.
 *
 * @param request Null where it is not known.
 */
export function errorLines(error: unknown, request: RequestName | null): string {
  const where = request === null ? "app" : `${escapeWord(request.method)} ${escapeWord(request.target)} on core ${request.core}`;
  const lines: string[] = [];
  let cause: unknown = error;
  for (let depth = 0; depth <= MOST_CAUSES && cause !== undefined; depth++) {
    lines.push(`${depth === 0 ? `[ERROR] ${where}: ` : "    caused by: "}${errorSummary(cause)}`, ...frames(cause));
    cause = read(() => (cause as { cause?: unknown } | null)?.cause);
  }
  return lines.map((line) => `${line}\n`).join("");
}

/** Says what was thrown, in one line: `TypeError: message`. */
export function errorSummary(error: unknown): string {
  const text = read(() => error instanceof Error ? `${error.name}: ${error.message}` : `${String(error)} (thrown, and no Error)`);
  const whole = text ?? "an error that cannot be read";
  return escapeControls(whole.length > MOST_MESSAGE ? `${whole.slice(0, MOST_MESSAGE)}...` : whole);
}

function frames(error: unknown): string[] {
  const stack = read(() => error instanceof Error ? error.stack : undefined);
  if (typeof stack !== "string") return [];
  return stack.split("\n").filter((line) => /^\s+at /.test(line)).slice(0, MOST_FRAMES).map((line) => `    ${escapeControls(line.trim())}`);
}

/** An app may throw anything: an object whose getters throw, too. */
function read<T>(get: () => T): T | undefined {
  try {
    return get();
  } catch {
    return undefined;
  }
}
