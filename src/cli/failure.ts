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

/** Node and Bun load packages from `node_modules`, which a fresh checkout does not have; Deno looks them up itself. */
const INSTALL = `in a checkout, run "deno install" first (npx -y deno@2.9.6 install, where there is no Deno)`;

/** Puts an error into words, and an exit code. */
export function describeFailure(error: unknown): Failure {
  if (error instanceof ConfigError) return failure(error, error.option === null ? EXIT_CODES.app : EXIT_CODES.usage);
  if (error instanceof UnsupportedError) return failure(error, EXIT_CODES.usage);
  if (error instanceof BrokenError) return failure(error, EXIT_CODES.listen);
  const missing = missingPackage(error);
  if (missing !== null) return failure(new Error(`its package ${missing} is not installed: ${INSTALL}`), EXIT_CODES.usage);
  return { text: `heddle: a bug in heddle, please report it:\n${errorLines(error, null)}`, code: EXIT_CODES.bug };
}

function failure(error: Error, code: number): Failure {
  return { text: `heddle: ${escapeControls(error.message)}\n`, code };
}

/** The name, in quotes, of one of heddle's own packages: what an app lacks is a `ConfigError` of its loader. */
function missingPackage(error: unknown): string | null {
  if (!(error instanceof Error) && (error as { name?: unknown } | null)?.name !== "ResolveMessage") return null;
  const { code, message } = error as { code?: unknown; message: string };
  if (code !== "ERR_MODULE_NOT_FOUND") return null;
  const found = /^Cannot find package '([^']+)'/.exec(message);
  return found === null ? null : JSON.stringify(found[1]);
}
