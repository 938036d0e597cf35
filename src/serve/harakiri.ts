import type { Clock, ClockTimer } from "../contract/clock.ts";
import type { BusyCore } from "../contract/observer.ts";
import { busyCore, busyCores } from "../core/busy_cores.ts";
import type { CoreTable } from "../core/table.ts";
import { type TimerWheel, WheelEntry } from "../core/timer_wheel.ts";
import { withoutQuery } from "../without_query.ts";
import { matchesGlob } from "./path_glob.ts";

/** A deadline of its own for the requests of some paths (`--harakiri-route`). */
export interface HarakiriRoute {
  /** Of the path as sent, without its query: `*` for any characters, `?` for one. */
  readonly glob: string;
  /** From the moment in which a request has its core, in milliseconds; 0 for none. */
  readonly ms: number;
}

/** Which requests have a deadline, and how long it is; how many may be lost. */
export interface HarakiriRules {
  /** Of requests that no route names; 0 for none. */
  readonly ms: number;
  /** The first that fits holds. */
  readonly routes: readonly HarakiriRoute[];
  /** Cores that may be lost at once. */
  readonly mostLost: number;
  /** What a handler that is told that it was given up may take to settle, before its core counts for `mostLost`. */
  readonly settleMs: number;
}

/** Who hears of what becomes of the server. */
export interface HarakiriListener {
  /** The first request has a deadline. */
  armed(): void;
  /** Before the first request is given up. */
  first(): void;
  /** More cores are lost than may be: once. */
  spent(lost: number): void;
}

/** A request on its core. */
export interface HarakiriRequest {
  readonly core: number;
  /** Its path and query. */
  readonly path: string;
  /** By the clock, when it took its core. */
  readonly startedAt: number;
  /** It is past its deadline, which was so many milliseconds after `startedAt`. */
  kill(limitMs: number): void;
}

/** One core's deadline: made once, and used by its requests one after another. */
class CoreDeadline extends WheelEntry {
  request: HarakiriRequest | null = null;
  limitMs = 0;

  override expire(): void {
    this.request?.kill(this.limitMs);
  }
}

/** The deadlines of all cores (uWSGI `--harakiri`), in the timer wheel and, for who looks from outside, in the core table. */
export class Harakiri {
  #lost = 0;
  /** Of these, those that had their time to settle. */
  #unsettled = 0;
  #count = 0;
  readonly #rules: HarakiriRules;
  readonly #table: CoreTable;
  readonly #wheel: TimerWheel;
  readonly #clock: Clock;
  readonly #listener: HarakiriListener;
  #spent = false;
  /** By core; made with its first deadline. */
  readonly #deadlines: CoreDeadline[] = [];
  /** Some requests have a deadline without asking for it. */
  readonly hasRules: boolean;
  #stopped = false;
  #armed = false;
  /** By core: the time that its lost request has to settle; null once that is over. */
  readonly #settling = new Map<number, ClockTimer | null>();

  constructor(rules: HarakiriRules, table: CoreTable, wheel: TimerWheel, clock: Clock, listener: HarakiriListener) {
    this.#listener = listener;
    this.#rules = rules;
    this.#table = table;
    this.#wheel = wheel;
    this.#clock = clock;
    this.hasRules = rules.ms > 0 || rules.routes.some(({ ms }) => ms > 0);
  }

  /** Requests that were given up so far (uWSGI `harakiri_count`). */
  get count(): number {
    return this.#count;
  }

  /** Cores whose request was given up, and whose handler has not settled. */
  get lost(): number {
    return this.#lost;
  }

  /** A request is given up, and its core with it until its handler settles. */
  lose(core: number): void {
    this.#lost++;
    if (this.#count++ === 0) this.#listener.first();
    if (this.#rules.mostLost === Infinity) return;
    this.#settling.set(core, this.#clock.setTimer(this.#rules.settleMs, () => this.#unsettle(core), false));
  }

  /** The handler of one that was given up has settled. */
  regain(core: number): void {
    this.#lost--;
    const timer = this.#settling.get(core);
    this.#settling.delete(core);
    if (timer === null) this.#unsettled--;
    else timer?.cancel();
  }

  #unsettle(core: number): void {
    this.#settling.set(core, null);
    if (++this.#unsettled <= this.#rules.mostLost || this.#spent || this.#stopped) return;
    this.#spent = true;
    this.#listener.spent(this.#lost);
  }

  /** A request has its core. */
  begin(request: HarakiriRequest): void {
    if (!this.hasRules) return;
    const ms = this.#limitOf(request.path);
    if (ms > 0) this.#arm(request, ms, request.startedAt);
  }

  /** A request asks for another deadline, so many milliseconds from now; 0 for none. */
  set(request: HarakiriRequest, ms: number): void {
    if (ms === 0) this.end(request.core);
    else this.#arm(request, ms, this.#clock.now());
  }

  /** A core's request is over, or needs no deadline any more. */
  end(core: number): void {
    const deadline = this.#deadlines[core];
    if (deadline === undefined || deadline.request === null) return;
    deadline.request = null;
    this.#wheel.cancel(deadline);
    this.#table.setDeadline(core, 0);
  }

  /** The server has stopped: whoever has a core keeps it, and no timer keeps the process. */
  stop(): void {
    this.#stopped = true;
    for (let core = 0; core < this.#table.count; core++) this.end(core);
  }

  /** Every core that carries a request; about a microsecond a core. */
  busyCores(): BusyCore[] {
    return busyCores(this.#table, this.#clock.now());
  }

  /** What a core's request is at. */
  busyCore(core: number): BusyCore {
    return busyCore(this.#table, core, this.#clock.now());
  }

  #arm(request: HarakiriRequest, ms: number, nowMs: number): void {
    if (this.#stopped) return;
    if (!this.#armed) {
      this.#armed = true;
      this.#listener.armed();
    }
    const { core } = request;
    const deadline = this.#deadlines[core] ??= new CoreDeadline();
    deadline.request = request;
    deadline.limitMs = nowMs + ms - request.startedAt;
    this.#table.setDeadline(core, nowMs + ms);
    this.#wheel.schedule(deadline, ms, nowMs);
  }

  #limitOf(path: string): number {
    const { ms, routes } = this.#rules;
    if (routes.length === 0) return ms;
    const bare = withoutQuery(path);
    return routes.find(({ glob }) => matchesGlob(glob, bare))?.ms ?? ms;
  }
}
