import { CORE_STATES, CORE_TRANSITIONS, type CoreEvent, type CoreState } from "./state.ts";
import type { CoreRow, CoreTable } from "./table.ts";
import { METHOD_BYTES, readText, TARGET_BYTES, writeText } from "./table_text.ts";

/** Of the whole table: a 64-bit field and two of 32 bits, and the rest of a line of a processor's cache. */
export const HEADER_BYTES = 64;
/** Nine 64-bit fields, one of 32 bits, three bytes, one of padding. */
export const CORE_BYTES = 9 * 8 + 4 + 4 + METHOD_BYTES + TARGET_BYTES;
/**
 * A row is half written for less than a microsecond, but where its writer is not let run for a while: after so many reads, about a second, what is there is
 * told. After 100 (0.1 ms) and 100,000 a busy machine with two processors had seen halves.
 */
const MOST_READS = 1_000_000;

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

/**
 * A struct of arrays, so that each field is a typed array of its own: no DataView, no multiplication but for the names.
 *
 * What another thread must not see half of, a request's time and names, is written between two counters, of requests that have begun and of
 * requests that are written: a reader that reads them the other way round and finds them apart reads again. By plain stores, which x86-64 keeps in
 * order: one more a request, 1 ns, where an atomic one is 6.
 */
export class SharedCoreTable implements CoreTable {
  readonly count: number;
  readonly buffer: SharedArrayBuffer;
  readonly #beat: Float64Array;
  /** A core's number and 1; 0 for none. */
  readonly #slice: Int32Array;
  readonly #held: Int32Array;
  readonly #requests: Float64Array;
  readonly #totalSwitches: Float64Array;
  readonly #exceptions: Float64Array;
  readonly #offloaded: Float64Array;
  readonly #statics: Float64Array;
  readonly #bytes: Float64Array;
  readonly #started: Float64Array;
  readonly #deadline: Float64Array;
  /** What `#requests` was when all of the last request was written. */
  readonly #written: Float64Array;
  readonly #switches: Uint32Array;
  readonly #state: Uint8Array;
  readonly #methodLength: Uint8Array;
  readonly #targetLength: Uint8Array;
  /** Of all cores, one behind the other: a view a core would be two objects for each, which full collections go through. */
  readonly #methods: Uint8Array;
  readonly #targets: Uint8Array;

  constructor(buffer: SharedArrayBuffer) {
    const count = (buffer.byteLength - HEADER_BYTES) / CORE_BYTES;
    this.count = count;
    this.buffer = buffer;
    this.#beat = new Float64Array(buffer, 0, 1);
    this.#slice = new Int32Array(buffer, 8, 1);
    this.#held = new Int32Array(buffer, 12, 1);
    const doubles = (field: number) => new Float64Array(buffer, HEADER_BYTES + field * 8 * count, count);
    this.#requests = doubles(0);
    this.#totalSwitches = doubles(1);
    this.#exceptions = doubles(2);
    this.#offloaded = doubles(3);
    this.#bytes = doubles(4);
    this.#started = doubles(5);
    this.#deadline = doubles(6);
    this.#written = doubles(7);
    this.#statics = doubles(8);
    const rest = HEADER_BYTES + 72 * count;
    this.#switches = new Uint32Array(buffer, rest, count);
    this.#state = new Uint8Array(buffer, rest + 4 * count, count);
    this.#methodLength = new Uint8Array(buffer, rest + 5 * count, count);
    this.#targetLength = new Uint8Array(buffer, rest + 6 * count, count);
    this.#methods = new Uint8Array(buffer, rest + 8 * count, METHOD_BYTES * count);
    this.#targets = new Uint8Array(buffer, rest + (8 + METHOD_BYTES) * count, TARGET_BYTES * count);
  }

  get slice(): number {
    return this.#slice[0] - 1;
  }

  set slice(core: number) {
    this.#slice[0] = core + 1;
  }

  get beatMs(): number {
    return this.#beat[0];
  }

  set beatMs(nowMs: number) {
    this.#beat[0] = nowMs;
  }

  get isHeld(): boolean {
    return this.#held[0] !== 0;
  }

  set isHeld(isHeld: boolean) {
    this.#held[0] = isHeld ? 1 : 0;
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
    const requests = this.#requests[core] + 1;
    this.#requests[core] = requests;
    this.#started[core] = nowMs;
    this.#deadline[core] = 0;
    this.#switches[core] = 0;
    this.#methodLength[core] = writeText(method, this.#methods, core * METHOD_BYTES, METHOD_BYTES);
    this.#targetLength[core] = writeText(target, this.#targets, core * TARGET_BYTES, TARGET_BYTES);
    this.#written[core] = requests;
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

  countStatic(core: number): void {
    this.#statics[core]++;
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

  deadlineMs(core: number): number {
    return this.#deadline[core];
  }

  setDeadline(core: number, deadlineMs: number): void {
    this.#deadline[core] = deadlineMs;
  }

  row(core: number): CoreRow {
    for (let read = 1;; read++) {
      const written = this.#written[core];
      const row = this.#read(core);
      if (read === MOST_READS || this.#requests[core] === written) return row;
    }
  }

  #read(core: number): CoreRow {
    return {
      core,
      state: this.state(core),
      requests: this.#requests[core],
      switches: this.#switches[core],
      totalSwitches: this.#totalSwitches[core],
      exceptions: this.#exceptions[core],
      offloaded: this.#offloaded[core],
      statics: this.#statics[core],
      bytes: this.#bytes[core],
      startedMs: this.#started[core],
      deadlineMs: this.#deadline[core],
      method: readText(this.#methods, core * METHOD_BYTES, this.#methodLength[core]),
      target: readText(this.#targets, core * TARGET_BYTES, this.#targetLength[core]),
    };
  }
}
