import type { FieldList } from "../contract/head.ts";

/** Field lines in one list: name, value, name, value. */
export class PairFields implements FieldList {
  readonly #pairs: readonly string[];
  readonly #host: string | null;

  /** @param host What stands for the value of `host` where the target has an authority (RFC 9112 section 3.2.2). */
  constructor(pairs: readonly string[], host: string | null = null) {
    this.#pairs = pairs;
    this.#host = host;
  }

  get count(): number {
    return this.#pairs.length >> 1;
  }

  name(index: number): string {
    return this.#pairs[2 * index]!;
  }

  value(index: number): string {
    const name = this.#host === null ? "" : this.name(index);
    return name.length === 4 && name.toLowerCase() === "host" ? this.#host! : this.#pairs[2 * index + 1]!;
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
