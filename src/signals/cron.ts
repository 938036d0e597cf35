import { Cron } from "croner";
import type { Clock } from "../contract/clock.ts";
import { type TimerWheel, WheelEntry } from "../core/timer_wheel.ts";
import type { SignalHost } from "./host.ts";
import type { Signals, SignalSource } from "./signals.ts";

/** The clock of the wall may be set while one waits: so it is looked at that often, at least. */
const LOOK_MS = 60_000;

/** Rings for a signal by the clock of the wall, at the times of a cron pattern; once for those that it missed. */
export class SignalCron extends WheelEntry implements SignalSource {
  readonly #signals: Signals;
  readonly #signal: number;
  readonly #cron: Cron;
  #dueAt: number | null = null;
  #wheel: TimerWheel | null = null;
  #clock: Clock | null = null;

  /**
   * @param timeZone An IANA name; undefined for the system's.
   * @throws {Error} There is no such pattern, or no such time zone.
   */
  constructor(signals: Signals, signal: number, pattern: string, timeZone: string | undefined) {
    super();
    this.#signals = signals;
    this.#signal = signal;
    // Only its arithmetic is used: its own timers would be beside the wheel and the clock.
    this.#cron = new Cron(pattern, { paused: true, ...(timeZone !== undefined && { timezone: timeZone }) });
    this.#cron.nextRun();
  }

  arm({ wheel, clock }: SignalHost): void {
    this.#wheel = wheel;
    this.#clock = clock;
    this.#dueAt = this.#after(clock.wallTime());
    this.#wait();
  }

  disarm(): void {
    this.#wheel?.cancel(this);
    this.#wheel = null;
  }

  override expire(): void {
    const now = this.#clock!.wallTime();
    const isDue = this.#dueAt !== null && now >= this.#dueAt;
    // Another one than before where the clock was set back, too.
    this.#dueAt = this.#after(now);
    this.#wait();
    if (isDue) this.#signals.ring(this.#signal);
  }

  #after(wallTime: number): number | null {
    return this.#cron.nextRun(new Date(wallTime))?.getTime() ?? null;
  }

  #wait(): void {
    if (this.#dueAt === null) return this.#signals.remove(this);
    this.#wheel!.schedule(this, Math.min(LOOK_MS, this.#dueAt - this.#clock!.wallTime()));
  }
}
