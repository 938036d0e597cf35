import type { DecodeLatin1 } from "../contract/bytes.ts";
import { HeadReader } from "./head_reader.ts";
import type { HttpLimits } from "./limits.ts";

/**
 * Head readers that connections share. One has a reader only while a part of a head has come: most heads come whole, and then one reader does for
 * all, which spares each idle connection its four objects.
 */
export class HeadReaders {
  readonly #limits: HttpLimits;
  readonly #latin1: DecodeLatin1;
  /** More than one is not kept: it is made in less time than a part of a head takes to come. */
  #spare: HeadReader | null = null;

  constructor(limits: HttpLimits, latin1: DecodeLatin1) {
    this.#limits = limits;
    this.#latin1 = latin1;
  }

  take(): HeadReader {
    const reader = this.#spare ?? new HeadReader(this.#limits, this.#latin1);
    this.#spare = null;
    return reader;
  }

  /** Takes one back whose last head is whole. */
  give(reader: HeadReader): void {
    this.#spare = reader;
  }
}
