import { CORE_BYTES, HEADER_BYTES, SharedCoreTable } from "./shared_table.ts";
import type { CoreEvent, CoreState } from "./state.ts";

/** One core's row, read out. */
export interface CoreRow {
  readonly core: number;
  readonly state: CoreState;
  /** Requests it has taken, the current one counted. */
  readonly requests: number;
  /** Switches of the current request, or of the last one on an idle core. */
  readonly switches: number;
  /** Switches of all its requests. */
  readonly totalSwitches: number;
  /** Requests whose app threw or rejected. */
  readonly exceptions: number;
  /** Requests that went on without it (uWSGI `offloaded_requests`). */
  readonly offloaded: number;
  /** Requests that were answered by a file (uWSGI `static_requests`). */
  readonly statics: number;
  /** Bytes of its answers, as accepted by the socket. */
  readonly bytes: number;
  /** When the current or last request began, in the clock's milliseconds. */
  readonly startedMs: number;
  /** When harakiri comes for it, in the clock's milliseconds; 0 for never. */
  readonly deadlineMs: number;
  /** The first `METHOD_BYTES` bytes; of the current or last request, as all that follows `bytes`. */
  readonly method: string;
  /** The first `TARGET_BYTES` bytes, as sent. */
  readonly target: string;
}

/** What is known of each core. Cores are numbered from 0; any other number is a bug. */
export interface CoreTable {
  /** How many cores. */
  readonly count: number;
  /** The memory of it all: `openCoreTable` reads it in another thread, even while this one is blocked. */
  readonly buffer: SharedArrayBuffer;
  state(core: number): CoreState;
  /**
   * Moves a core along `CORE_TRANSITIONS`.
   *
   * @throws {Error} There is no such transition, or no such core: a bug.
   */
  move(core: number, event: CoreEvent): void;
  /** A request begins: counts it, and notes its time, its method and the first bytes of its target. Clears its switches and its deadline. */
  begin(core: number, nowMs: number, method: string, target: string): void;
  /** Counts a switch of the current request. */
  countSwitch(core: number, switches?: number): void;
  /** Counts a request whose app threw. */
  countException(core: number): void;
  /** Counts a request that goes on without its core. */
  countOffloaded(core: number): void;
  /** Counts a request that is answered by a static file. */
  countStatic(core: number): void;
  /** Counts bytes of an answer. */
  countBytes(core: number, bytes: number): void;
  /** Switches of the current request. */
  switches(core: number): number;
  /** When the current request began, in the clock's milliseconds. */
  startedMs(core: number): number;
  /** When harakiri comes for the current or last request, in the clock's milliseconds; 0 for never. */
  deadlineMs(core: number): number;
  /** Sets when harakiri comes, in the clock's milliseconds; 0 for never. */
  setDeadline(core: number, deadlineMs: number): void;
  /**
   * The row as it is now. In another thread method, target, `startedMs` and `requests` are of one request, and `switches` and `deadlineMs` of it or
   * cleared; the state may be a step ahead: a core that has just been taken is `running` with its last request.
   */
  row(core: number): CoreRow;
  /** Whose slice has begun and has not ended, as far as heddle sees it; -1 for none. */
  slice: number;
  /** When the event loop was last seen to turn, in the clock's milliseconds; 0 before the first time. */
  beatMs: number;
  /** The event loop is held by heddle's own doing, and not by an app's: it starts a thread. */
  isHeld: boolean;
}

/** Makes a table of `cores` idle cores: 216 bytes a core, and 64. */
export function createCoreTable(cores: number): CoreTable {
  return new SharedCoreTable(new SharedArrayBuffer(HEADER_BYTES + cores * CORE_BYTES));
}

/** Opens the table in the `buffer` of another thread's table. */
export function openCoreTable(buffer: SharedArrayBuffer): CoreTable {
  return new SharedCoreTable(buffer);
}
