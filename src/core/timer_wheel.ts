import type { Clock, ClockTimer } from "../contract/clock.ts";
import { outsideRequests } from "./current.ts";
import { LinkedQueue, QueueLink } from "./linked_queue.ts";
import { throwLater } from "./throw_later.ts";

/** Something that is due at a time. Make one for a connection's life, and move it: that costs a store, where the time only grows. */
export abstract class WheelEntry extends QueueLink {
  /** When it is due, in the clock's milliseconds; the wheel's alone, as the two that follow. */
  dueMs = 0;
  /** The slot it stands in; -1 outside of the wheel. */
  slot = -1;
  /** The tick at which that slot is looked at. */
  slotTick = 0;

  /** Called when it is due; may schedule and cancel any timer, this one too. */
  abstract expire(): void;

  /** It stands in the wheel, and `expire` will be called. */
  get armed(): boolean {
    return this.slot >= 0;
  }
}

/** An entry that calls back. */
export class WheelTimer extends WheelEntry {
  readonly #callback: () => void;

  constructor(callback: () => void) {
    super();
    this.#callback = callback;
  }

  override expire(): void {
    this.#callback();
  }
}

/** 64 slots a level: two words of bits say which are occupied. */
const SLOT_BITS = 6;
const SLOTS = 1 << SLOT_BITS;
const LEVELS = 5;
/** The ticks of the five levels: 2^30 ms, 12 days; so ticks are small integers, and no timer of a runtime (2^31 ms) overflows. */
const HORIZON = 2 ** (SLOT_BITS * LEVELS);
/** The slot of what is due past the horizon. */
const FAR = LEVELS * SLOTS;
const NEVER = Infinity;

/**
 * Timers of all kinds on one timer of the clock: sleeps and deadlines, at a resolution of 1 ms. None expires early; each is at most
 * 1 ms late, and what the clock's timer is late.
 *
 * A hierarchical wheel: slots of 1 ms, 64 ms, 4 s, 4 min and 5 h. A timer stands at the level of the highest digit (to the base 64)
 * in which its tick differs from the wheel's, and moves down when its slot is reached, four times at most. To schedule and to
 * cancel is O(1). A wheel with one level would have to be turned once a round for every idle connection; a heap costs a dozen
 * comparisons a change, and every request changes a timer.
 *
 * A timer that is put off stays in its slot and is looked at there: a deadline that moves with each request costs one store.
 */
export class TimerWheel {
  readonly #clock: Clock;
  readonly #slots = Array.from({ length: FAR + 1 }, () => new LinkedQueue<WheelEntry>());
  /** Bits of the occupied slots, two words a level; the far slot has none. */
  readonly #occupied = new Int32Array(LEVELS * 2);
  #size = 0;
  /** The clock's time of tick 0: whole, so that a difference is exact. */
  #originMs: number;
  /** All slots up to this tick are done. */
  #tick = 0;
  #expiring = false;
  #alarm: ClockTimer | null = null;
  /** The tick the alarm is set for. */
  #alarmTick = NEVER;
  readonly #ring = () => this.#turn();

  /** @param clock Holds the process for as long as a timer is armed. */
  constructor(clock: Clock) {
    this.#clock = clock;
    this.#originMs = Math.floor(clock.now());
  }

  /** How many timers are armed. */
  get size(): number {
    return this.#size;
  }

  /**
   * Arms a timer, or moves it if it is armed.
   *
   * @param timer In this wheel or in none.
   * @param delayMs Milliseconds from `nowMs`, with a fraction; what is not above 0 is due at the next tick.
   * @param nowMs The clock's time, for a caller who has just read it.
   */
  schedule(timer: WheelEntry, delayMs: number, nowMs: number = this.#clock.now()): void {
    timer.dueMs = delayMs > 0 ? nowMs + delayMs : nowMs;
    if (timer.slot >= 0) {
      if (timer.dueMs - this.#originMs >= timer.slotTick) return;
      this.#unlink(timer);
    }
    if (!this.#expiring) this.#skipTo(nowMs);
    this.#insert(timer);
    if (!this.#expiring && timer.slotTick < this.#alarmTick) this.#setAlarm(timer.slotTick);
  }

  /** Calls a timer off; does nothing if it is not armed. */
  cancel(timer: WheelEntry): void {
    if (timer.slot < 0) return;
    this.#unlink(timer);
    if (this.#size === 0 && !this.#expiring) this.#clearAlarm();
  }

  /** Nothing stands before the alarm's tick, so the wheel can go there at once: what is inserted next stands at a lower level. */
  #skipTo(nowMs: number): void {
    const tick = Math.min(Math.floor(nowMs - this.#originMs), this.#alarmTick - 1, HORIZON - 1);
    if (tick > this.#tick) this.#tick = tick;
  }

  #insert(timer: WheelEntry): void {
    const due = Math.max(Math.ceil(timer.dueMs - this.#originMs), this.#tick + 1);
    if (due >= HORIZON) {
      timer.slot = FAR;
      timer.slotTick = HORIZON;
    } else {
      const level = ((31 - Math.clz32(due ^ this.#tick)) / SLOT_BITS) | 0;
      const shift = level * SLOT_BITS;
      const index = (due >>> shift) & (SLOTS - 1);
      timer.slot = level * SLOTS + index;
      timer.slotTick = (due >>> shift) << shift;
      this.#occupied[timer.slot >>> 5] |= 1 << (index & 31);
    }
    this.#slots[timer.slot].push(timer);
    this.#size++;
  }

  #unlink(timer: WheelEntry): void {
    const slot = timer.slot;
    const queue = this.#slots[slot];
    queue.remove(timer);
    timer.slot = -1;
    this.#size--;
    if (queue.size === 0 && slot !== FAR) this.#occupied[slot >>> 5] &= ~(1 << (slot & 31));
  }

  /** The first occupied slot, which is on the lowest level that has one; -1 if none is. */
  #firstSlot(): number {
    for (let word = 0; word < LEVELS * 2; word++) {
      const bits = this.#occupied[word];
      if (bits !== 0) return word * 32 + 31 - Math.clz32(bits & -bits);
    }
    return this.#slots[FAR].size > 0 ? FAR : -1;
  }

  #tickOf(slot: number): number {
    if (slot < 0) return NEVER;
    if (slot === FAR) return HORIZON;
    const shift = (slot >>> SLOT_BITS) * SLOT_BITS;
    const above = shift + SLOT_BITS;
    return ((this.#tick >>> above) << above) + ((slot & (SLOTS - 1)) << shift);
  }

  /** The alarm rang: expires all that is due now, and what becomes due meanwhile waits for the next alarm. */
  #turn(): void {
    this.#alarmTick = NEVER;
    this.#expiring = true;
    let target = Math.floor(this.#clock.now() - this.#originMs);
    for (;;) {
      const slot = this.#firstSlot();
      const tick = this.#tickOf(slot);
      if (tick > target) break;
      this.#tick = tick;
      if (slot === FAR) {
        this.#originMs += HORIZON;
        this.#tick = 0;
        target -= HORIZON;
      }
      this.#empty(slot);
    }
    this.#expiring = false;
    const next = this.#tickOf(this.#firstSlot());
    if (next !== NEVER) this.#setAlarm(next);
  }

  /** Expires what is due at the wheel's tick and moves the rest down or on; none of it comes back to this slot. */
  #empty(slot: number): void {
    const queue = this.#slots[slot];
    // The far slot gets back what is past the new horizon: bounded by what it held.
    for (let count = queue.size; count > 0 && queue.size > 0; count--) {
      const timer = queue.first as WheelEntry;
      this.#unlink(timer);
      if (Math.ceil(timer.dueMs - this.#originMs) > this.#tick) {
        this.#insert(timer);
        continue;
      }
      try {
        timer.expire();
      } catch (error) {
        throwLater(error);
      }
    }
  }

  /** By the clock's own time: what a caller read may be old by the time it is needed. */
  #setAlarm(tick: number): void {
    this.#alarm?.cancel();
    this.#alarmTick = tick;
    // One that a request's sleep sets rings for all.
    outsideRequests(() => {
      this.#alarm = this.#clock.setTimer(Math.max(0, this.#originMs + tick - this.#clock.now()), this.#ring, true);
    });
  }

  #clearAlarm(): void {
    this.#alarm?.cancel();
    this.#alarm = null;
    this.#alarmTick = NEVER;
  }
}
