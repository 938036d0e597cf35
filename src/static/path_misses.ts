import { BoundedMap } from "./bounded_map.ts";

/** Of all paths of one folder: some 20,000 of usual length. */
const MOST_BYTES = 4_194_304;

/** A path's, besides its letters of two bytes each. */
const OVERHEAD_BYTES = 128;

/** Paths that lead to no file, for as long as that is taken for so (uWSGI `--static-cache-paths`): an app's own URLs cost no look at the disk. */
export class PathMisses {
  readonly #untilMs = new BoundedMap<number>(MOST_BYTES);
  readonly #ttlMs: number;
  readonly #nowMs: () => number;

  /**
   * @param ttlMs 0 for nothing.
   * @param nowMs The clock of the wall.
   */
  constructor(ttlMs: number, nowMs: () => number) {
    this.#ttlMs = ttlMs;
    this.#nowMs = nowMs;
  }

  /** @param target A path, with or without a query. */
  has(target: string): boolean {
    const untilMs = this.#ttlMs === 0 ? undefined : this.#untilMs.get(pathOf(target));
    if (untilMs === undefined) return false;
    const leftMs = untilMs - this.#nowMs();
    // More is left after the clock was set back.
    return leftMs > 0 && leftMs <= this.#ttlMs;
  }

  /** @param sinceMs When it was looked for: from then on it counts. */
  add(target: string, sinceMs: number): void {
    if (this.#ttlMs === 0) return;
    const path = pathOf(target);
    this.#untilMs.set(path, sinceMs + this.#ttlMs, 2 * path.length + OVERHEAD_BYTES);
  }
}

function pathOf(target: string): string {
  const query = target.indexOf("?");
  return query === -1 ? target : target.slice(0, query);
}
