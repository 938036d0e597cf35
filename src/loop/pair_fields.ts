import type { FieldList } from "../contract/head.ts";

/** Field lines as a runtime gives them: name, value, name, value. */
export class PairFields implements FieldList {
  readonly #pairs: readonly string[];

  constructor(pairs: readonly string[]) {
    this.#pairs = pairs;
  }

  get count(): number {
    return this.#pairs.length >> 1;
  }

  name(index: number): string {
    return this.#pairs[2 * index]!;
  }

  value(index: number): string {
    return this.#pairs[2 * index + 1]!;
  }

  first(lowerName: string): string | null {
    return this.#values(lowerName)[0] ?? null;
  }

  joined(lowerName: string): string | null {
    const values = this.#values(lowerName);
    return values.length === 0 ? null : values.join(", ");
  }

  #values(lowerName: string): string[] {
    const values: string[] = [];
    for (let index = 0; index < this.count; index++) {
      const name = this.name(index);
      if (name.length === lowerName.length && name.toLowerCase() === lowerName) values.push(this.value(index));
    }
    return values;
  }
}
