import { BrokenError, ConfigError, UnsupportedError } from "../errors.ts";
import { errorLines } from "../observe/error_lines.ts";
import { escapeControls } from "../observe/escape.ts";
import { EXIT_CODES } from "./exit_codes.ts";

/** How a command failed. */
export interface Failure {
  /** One line, and for bugs the stack after it; with the line feed. */
  readonly text: string;
  /** Of `EXIT_CODES`. */
  readonly code: number;
}

/** Puts an error into words, and an exit code. */
export function describeFailure(error: unknown): Failure {
  if (error instanceof ConfigError) return failure(error, error.option === null ? EXIT_CODES.app : EXIT_CODES.usage);
  if (error instanceof UnsupportedError) return failure(error, EXIT_CODES.usage);
  if (error instanceof BrokenError) return failure(error, EXIT_CODES.listen);
  return { text: `heddle: a bug in heddle, please report it:\n${errorLines(error, null)}`, code: EXIT_CODES.bug };
}

function failure(error: Error, code: number): Failure {
  return { text: `heddle: ${escapeControls(error.message)}\n`, code };
}
