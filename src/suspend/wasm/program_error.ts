import { HeddleError } from "../../errors.ts";

/** A program failed: it trapped, ended with an exit code, or gave no valid head. */
export class ProgramError extends Error {
  override readonly name = "ProgramError";

  /** @param cause What the runtime threw, where it did. */
  constructor(message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    // Where heddle came to know of it says nothing of the program.
    this.stack = `${this.name}: ${message}`;
  }
}

/** Ends a program from within: what `proc_exit` throws through it. */
export class ProgramExit {
  readonly code: number;

  constructor(code: number) {
    this.code = code;
  }
}

/**
 * Says what ended a program.
 *
 * @param program Its name.
 */
export function failureOf(error: unknown, program: string): Error {
  if (error instanceof ProgramError || error instanceof HeddleError) return error;
  const run = `run ${JSON.stringify(program)}: `;
  if (error instanceof ProgramExit) return new ProgramError(`${run}it ended with exit code ${error.code}`);
  return new ProgramError(`${run}${error instanceof WebAssembly.RuntimeError ? "it trapped" : "it failed"}`, error);
}
