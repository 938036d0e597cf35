import type { Waited } from "../../waited.ts";
import type { ProgramInput } from "./program_input.ts";
import type { ProgramOutput } from "./program_output.ts";

/** How a program waits: its calls give these promises to JSPI, or stand still until these come back. */
export interface GuestWaits {
  /** Gives way, until it is the program's turn again. */
  giveWay(): Waited<unknown>;
  /** For at least `ms` milliseconds. */
  sleep(ms: number): Waited<unknown>;
  /** Until one of them need not be waited for, or the time is over. */
  streams(wait: StreamWait): Waited<unknown>;
  /** The program is to end: what waits, and what would wait from now on, ends with this reason. */
  stop(reason: Error): void;
}

/** Which of a program's streams it waits for. */
export interface StreamWait {
  /** For bytes, or the end; null for no wait of this kind. */
  readonly input: ProgramInput | null;
  /** For room; null for no wait of this kind. */
  readonly output: ProgramOutput | null;
  /** Milliseconds; 0 is no limit. */
  readonly timeoutMs: number;
}
