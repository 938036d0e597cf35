/** The slices of the runtimes' globals that `select.ts` and the clocks touch; `tests/types` proves them against the real types. */

/** Of `Deno`. */
export interface DenoGlobal {
  readonly version: { readonly deno: string };
  readonly env: {
    get(name: string): string | undefined;
    toObject(): Record<string, string>;
  };
}

/** Of `Bun`. */
export interface BunGlobal {
  readonly version: string;
}

/** Of `process`, on Node and Bun. */
export interface ProcessGlobal {
  readonly versions: { readonly node: string };
  readonly env: Record<string, string | undefined>;
}

/** The globals by which a runtime is told from the others. */
export interface RuntimeGlobals {
  readonly Deno?: DenoGlobal;
  readonly Bun?: BunGlobal;
  readonly process?: ProcessGlobal;
}
