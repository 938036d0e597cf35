import { type TimerWheel, WheelEntry } from "../core/timer_wheel.ts";
import type { Clock } from "../contract/clock.ts";
import type { SignalHost } from "./host.ts";
import type { Signals, SignalSource } from "./signals.ts";

/** Rings for a signal again and again, at equal distances from when its server began; what it was late for is not made up. */
export class SignalTimer extends WheelEntry implements SignalSource {
  readonly #signals: Signals;
  readonly #signal: number;
  readonly #everyMs: number;
  #left: number;
  #nextMs = 0;
  #wheel: TimerWheel | null = null;
  #clock: Clock | null = null;

  /** @param times How often it rings; Infinity for no end. */
  constructor(signals: Signals, signal: number, everyMs: number, times: number) {
    super();
    this.#signals = signals;
    this.#signal = signal;
    this.#everyMs = everyMs;
    this.#left = times;
  }

  arm({ wheel, clock }: SignalHost): void {
    const nowMs = clock.now();
    this.#wheel = wheel;
    this.#clock = clock;
    this.#nextMs = nowMs + this.#everyMs;
    wheel.schedule(this, this.#everyMs, nowMs);
  }

  disarm(): void {
    this.#wheel?.cancel(this);
    this.#wheel = null;
  }

  override expire(): void {
    if (--this.#left <= 0) {
      this.disarm();
      this.#signals.remove(this);
    } else {
      const nowMs = this.#clock!.now();
      const late = Math.floor((nowMs - this.#nextMs) / this.#everyMs);
      this.#nextMs += this.#everyMs * (1 + Math.max(0, late));
      this.#wheel!.schedule(this, this.#nextMs - nowMs, nowMs);
    }
    this.#signals.ring(this.#signal);
  }
}
