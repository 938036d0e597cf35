/** What one key has. */
interface Slot<Value> {
  readonly value: Value;
  readonly weight: number;
  /** It was asked for since it was last passed over. */
  used: boolean;
}

/**
 * A map that weighs no more than it may. What was not asked for lately goes first: as a clock has it, by a mark a slot, so that a hit costs a mark and no
 * reordering.
 */
export class BoundedMap<Value> {
  readonly #most: number;
  /** In the order in which they are passed over. */
  readonly #slots = new Map<string, Slot<Value>>();
  #weight = 0;

  /** @param most What all of it may weigh. */
  constructor(most: number) {
    this.#most = most;
  }

  /** What all of it weighs. */
  get weight(): number {
    return this.#weight;
  }

  get(key: string): Value | undefined {
    const slot = this.#slots.get(key);
    if (slot === undefined) return undefined;
    slot.used = true;
    return slot.value;
  }

  /** Puts it in place of what was there; not at all if it alone weighs too much. */
  set(key: string, value: Value, weight: number): void {
    this.delete(key);
    if (weight > this.#most) return;
    this.#makeRoom(weight);
    this.#slots.set(key, { value, weight, used: false });
    this.#weight += weight;
  }

  delete(key: string): void {
    const slot = this.#slots.get(key);
    if (slot === undefined) return;
    this.#slots.delete(key);
    this.#weight -= slot.weight;
  }

  /** Each slot is passed over once at most: its mark is gone then. */
  #makeRoom(weight: number): void {
    for (const [key, slot] of this.#slots) {
      if (this.#weight + weight <= this.#most) return;
      this.#slots.delete(key);
      if (slot.used) {
        slot.used = false;
        this.#slots.set(key, slot);
      } else this.#weight -= slot.weight;
    }
  }
}
