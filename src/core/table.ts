import { CORE_STATES, CORE_TRANSITIONS, type CoreEvent, type CoreState } from "./state.ts";

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
  /** Counts bytes of an answer. */
  countBytes(core: number, bytes: number): void;
  /** Switches of the current request. */
  switches(core: number): number;
  /** When the current request began, in the clock's milliseconds. */
  startedMs(core: number): number;
  /** Sets when harakiri comes, in the clock's milliseconds; 0 for never. */
  setDeadline(core: number, deadlineMs: number): void;
  /** The row as it is now. */
  row(core: number): CoreRow;
}

/** Bytes of a method that are kept, as UTF-8: every method fits but a few of WebDAV's. */
export const METHOD_BYTES = 8;
/** Bytes of a target that are kept, as UTF-8: enough to tell requests apart in a line of a log. */
export const TARGET_BYTES = 128;

/** Makes a table of `cores` idle cores: 200 bytes a core. */
export function createCoreTable(cores: number): CoreTable {
  return new SharedCoreTable(new SharedArrayBuffer(cores * CORE_BYTES));
}

/** Opens the table in the `buffer` of another thread's table. */
export function openCoreTable(buffer: SharedArrayBuffer): CoreTable {
  return new SharedCoreTable(buffer);
}

/** Seven 64-bit fields, one of 32 bits, three bytes, one of padding. */
const CORE_BYTES = 7 * 8 + 4 + 4 + METHOD_BYTES + TARGET_BYTES;

const EVENTS: Readonly<Record<CoreEvent, number>> = { take: 0, ready: 1, run: 2, wait: 3, sleep: 4, send: 5, lose: 6, release: 7 };
const MISSING = 255;
const NEXT_STATE = transitionBytes();

function transitionBytes(): Uint8Array {
  const bytes = new Uint8Array(CORE_STATES.length * 8).fill(MISSING);
  CORE_STATES.forEach((state, row) => {
    for (const [event, next] of Object.entries(CORE_TRANSITIONS[state])) {
      bytes[row * 8 + EVENTS[event as CoreEvent]] = CORE_STATES.indexOf(next);
    }
  });
  return bytes;
}

const SHORT_TEXT = 24;
const encoder = new TextEncoder();
const decoder = new TextDecoder();
const methodScratch = new Uint8Array(METHOD_BYTES);
const targetScratch = new Uint8Array(TARGET_BYTES);

/** A struct of arrays, so that each field is a typed array of its own: no DataView, no multiplication but for the names. */
class SharedCoreTable implements CoreTable {
  readonly count: number;
  readonly buffer: SharedArrayBuffer;
  readonly #requests: Float64Array;
  readonly #totalSwitches: Float64Array;
  readonly #exceptions: Float64Array;
  readonly #offloaded: Float64Array;
  readonly #bytes: Float64Array;
  readonly #started: Float64Array;
  readonly #deadline: Float64Array;
  readonly #switches: Uint32Array;
  readonly #state: Uint8Array;
  readonly #methodLength: Uint8Array;
  readonly #targetLength: Uint8Array;
  /** Of all cores, one behind the other: a view a core would be two objects for each, which full collections go through. */
  readonly #methods: Uint8Array;
  readonly #targets: Uint8Array;

  constructor(buffer: SharedArrayBuffer) {
    const count = buffer.byteLength / CORE_BYTES;
    this.count = count;
    this.buffer = buffer;
    const doubles = (field: number) => new Float64Array(buffer, field * 8 * count, count);
    this.#requests = doubles(0);
    this.#totalSwitches = doubles(1);
    this.#exceptions = doubles(2);
    this.#offloaded = doubles(3);
    this.#bytes = doubles(4);
    this.#started = doubles(5);
    this.#deadline = doubles(6);
    this.#switches = new Uint32Array(buffer, 56 * count, count);
    this.#state = new Uint8Array(buffer, 60 * count, count);
    this.#methodLength = new Uint8Array(buffer, 61 * count, count);
    this.#targetLength = new Uint8Array(buffer, 62 * count, count);
    this.#methods = new Uint8Array(buffer, 64 * count, METHOD_BYTES * count);
    this.#targets = new Uint8Array(buffer, (64 + METHOD_BYTES) * count, TARGET_BYTES * count);
  }

  state(core: number): CoreState {
    return CORE_STATES[this.#state[core]];
  }

  move(core: number, event: CoreEvent): void {
    const next = NEXT_STATE[this.#state[core] * 8 + EVENTS[event]];
    if (!(next < MISSING)) throw new Error(`move core ${core} by "${event}": it is ${this.state(core)}`);
    this.#state[core] = next;
  }

  begin(core: number, nowMs: number, method: string, target: string): void {
    this.#requests[core]++;
    this.#started[core] = nowMs;
    this.#deadline[core] = 0;
    this.#switches[core] = 0;
    this.#methodLength[core] = writeText(method, this.#methods, core * METHOD_BYTES, METHOD_BYTES);
    this.#targetLength[core] = writeText(target, this.#targets, core * TARGET_BYTES, TARGET_BYTES);
  }

  countSwitch(core: number, switches: number = 1): void {
    this.#switches[core] += switches;
    this.#totalSwitches[core] += switches;
  }

  countException(core: number): void {
    this.#exceptions[core]++;
  }

  countOffloaded(core: number): void {
    this.#offloaded[core]++;
  }

  countBytes(core: number, bytes: number): void {
    this.#bytes[core] += bytes;
  }

  switches(core: number): number {
    return this.#switches[core];
  }

  startedMs(core: number): number {
    return this.#started[core];
  }

  setDeadline(core: number, deadlineMs: number): void {
    this.#deadline[core] = deadlineMs;
  }

  row(core: number): CoreRow {
    return {
      core,
      state: this.state(core),
      requests: this.#requests[core],
      switches: this.#switches[core],
      totalSwitches: this.#totalSwitches[core],
      exceptions: this.#exceptions[core],
      offloaded: this.#offloaded[core],
      bytes: this.#bytes[core],
      startedMs: this.#started[core],
      deadlineMs: this.#deadline[core],
      method: readText(this.#methods, core * METHOD_BYTES, this.#methodLength[core]),
      target: readText(this.#targets, core * TARGET_BYTES, this.#targetLength[core]),
    };
  }
}

/**
 * Writes what fits into `most` bytes. `charCodeAt` on a slice of a longer string, as a target is, costs 2.3 ns a character in V8, and
 * `encodeInto` 35 to 100 ns a call whatever the length: they meet here (Node 24, Bun 1.4 at about 20, Deno 2.9 at 40 characters).
 */
function writeText(text: string, to: Uint8Array, at: number, most: number): number {
  const length = text.length < most ? text.length : most;
  if (length > SHORT_TEXT) return encodeText(text, to, at, most);
  for (let index = 0; index < length; index++) {
    const unit = text.charCodeAt(index);
    if (unit > 0x7f) return encodeText(text, to, at, most);
    to[at + index] = unit;
  }
  return length;
}

/** By way of a scratch: it costs a copy of 128 bytes, and a view of the place itself would be an object a request. */
function encodeText(text: string, to: Uint8Array, at: number, most: number): number {
  const scratch = most === TARGET_BYTES ? targetScratch : methodScratch;
  const { written } = encoder.encodeInto(text, scratch);
  to.set(scratch, at);
  return written;
}

/** By way of a copy: TextDecoder takes no shared memory. */
function readText(from: Uint8Array, at: number, length: number): string {
  return decoder.decode(from.slice(at, at + length));
}
