import type { ClockTimer } from "../contract/clock.ts";
import { type TimerWheel, WheelTimer } from "./timer_wheel.ts";

/**
 * Sets a timer of the wheel that is used once.
 *
 * @param delayMs Milliseconds; never early.
 */
export function wheelAlarm(wheel: TimerWheel, delayMs: number, expired: () => void): ClockTimer {
  const timer = new WheelTimer(expired);
  wheel.schedule(timer, delayMs);
  return { cancel: () => wheel.cancel(timer) };
}
