import { LONGEST_MS } from "../time_limit.ts";
import { SignalCron } from "./cron.ts";
import { type SignalHandler, SIGNALS } from "./signals.ts";
import { SignalTimer } from "./timer.ts";

/** Who is to run a signal's handler (uWSGI's names): in one process they all mean that one. */
export type SignalTarget = "" | "worker" | "worker0" | "worker1" | "workers" | "active-workers";

const TARGETS: readonly string[] = ["", "worker", "worker0", "worker1", "workers", "active-workers"] satisfies SignalTarget[];

/** uWSGI's signals, which are no POSIX ones: 256 numbers, whose handlers run in the server, each on a core of its own that no request has. */
export interface SignalCalls {
  /**
   * Sets a signal's handler (`uwsgi.register_signal()`), in place of the one before. Handlers of one signal run one after another; what one throws is
   * logged and counted.
   *
   * @param signal 0 to 255.
   * @throws {RangeError} The number is out of bounds.
   * @throws {TypeError} There is no such target, the handler is no function, or the app runs in a thread (`--suspend worker`).
   */
  register(signal: number, target: SignalTarget, handler: SignalHandler): void;
  /**
   * Runs a signal's handler soon (`uwsgi.signal()`): once for each raise. Before a server runs it waits for one.
   *
   * @param signal 0 to 255.
   * @throws {RangeError} The number is out of bounds.
   * @throws {TypeError} Nobody has registered it.
   * @throws {OverloadError} 1,024 raises of it wait.
   */
  raise(signal: number): void;
}

/**
 * Registers and raises signals.
 *
 * @example
 * ```ts
 * signal.register(17, "", async () => await rotate());
 * addTimer(17, 30);
 * ```
 */
export const signal: SignalCalls = {
  register(number, target, handler) {
    checkNumber("signal.register", number);
    if (!TARGETS.includes(target)) {
      const known = TARGETS.map((name) => JSON.stringify(name)).join(", ");
      throw new TypeError(`signal.register(${number}): no target ${JSON.stringify(target)} in one process; there are ${known}`);
    }
    if (typeof handler !== "function") throw new TypeError(`signal.register(${number}): a function is wanted as its handler`);
    SIGNALS.register(number, handler);
  },
  raise(number) {
    checkNumber("signal.raise", number);
    SIGNALS.raise(number);
  },
};

/**
 * Raises a signal each so many seconds while a server runs (`uwsgi.add_timer()`), for the first time after as many. A tick at which its handler still
 * runs is left out.
 *
 * @param seconds 0.001 to 2,147,483.647.
 * @throws {RangeError} A number is out of bounds.
 * @throws {OverloadError} There are 1,024 timers already.
 */
export function addTimer(number: number, seconds: number): void {
  addEvery("addTimer", number, seconds * 1000, Infinity);
}

/**
 * `addTimer` in milliseconds (`uwsgi.add_ms_timer()`).
 *
 * @param ms 1 to 2,147,483,647.
 * @throws {RangeError} A number is out of bounds.
 * @throws {OverloadError} There are 1,024 timers already.
 */
export function addMsTimer(number: number, ms: number): void {
  addEvery("addMsTimer", number, ms, Infinity);
}

/**
 * `addTimer` that ends (`uwsgi.add_rb_timer()`; there another data structure, here the same).
 *
 * @param seconds 0.001 to 2,147,483.647.
 * @param times How many ticks there are, those left out too; 0 for no end. @default 0
 * @throws {RangeError} A number is out of bounds.
 * @throws {OverloadError} There are 1,024 timers already.
 */
export function addRbTimer(number: number, seconds: number, times: number = 0): void {
  if (!(Number.isInteger(times) && times >= 0)) throw new RangeError(`addRbTimer(): ${times} times; a whole number from 0 is wanted`);
  addEvery("addRbTimer", number, seconds * 1000, times === 0 ? Infinity : times);
}

/** How a cron's pattern is read. */
export interface CronOptions {
  /**
   * An IANA name, such as `Europe/Paris`.
   *
   * @default the system's
   */
  readonly timeZone?: string;
}

/**
 * Raises a signal by the clock of the wall while a server runs (`uwsgi.add_cron()`): at a cron pattern's times, `minute hour day month weekday`, with
 * seconds before them where there are six. Or by uWSGI's numbers, in that order: -1 is any, -N is every N.
 *
 * @param pattern Such as `0 4 * * 1`, or `[-5, -1, -1, -1, -1]`.
 * @throws {RangeError} The number is out of bounds, or there is no such pattern or time zone.
 * @throws {OverloadError} There are 1,024 timers already.
 */
export function addCron(number: number, pattern: string | readonly number[], { timeZone }: CronOptions = {}): void {
  checkNumber("addCron", number);
  const text = typeof pattern === "string" ? pattern : cronText(pattern);
  let cron: SignalCron;
  try {
    cron = new SignalCron(SIGNALS, number, text, timeZone);
  } catch (cause) {
    const where = timeZone === undefined ? "" : ` in ${JSON.stringify(timeZone)}`;
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new RangeError(`addCron(${number}): no times can be made of ${JSON.stringify(text)}${where}: ${why}`, { cause });
  }
  SIGNALS.add(cron);
}

function cronText(fields: readonly number[]): string {
  if (fields.length !== 5 || !fields.every(Number.isInteger)) {
    throw new RangeError(`addCron(): [${fields.join(", ")}] is not five whole numbers: minute, hour, day, month and weekday`);
  }
  return fields.map((field) => field === -1 ? "*" : field < 0 ? `*/${-field}` : String(field)).join(" ");
}

function addEvery(call: string, number: number, ms: number, times: number): void {
  checkNumber(call, number);
  if (!(ms >= 1 && ms <= LONGEST_MS)) {
    throw new RangeError(`${call}(${number}): a time from 1 ms to ${LONGEST_MS} ms is wanted, not ${ms} ms`);
  }
  SIGNALS.add(new SignalTimer(SIGNALS, number, ms, times));
}

function checkNumber(call: string, number: number): void {
  if (!(Number.isInteger(number) && number >= 0 && number <= 255)) {
    throw new RangeError(`${call}(${number}): a whole number from 0 to 255 is wanted`);
  }
}
