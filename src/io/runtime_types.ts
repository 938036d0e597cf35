/** The slices of the runtimes' globals that `select.ts` touches; `tests/types` proves them against the real types. */

/** Of `Deno`. */
export interface DenoGlobal {
  readonly version: { readonly deno: string };
  readonly env: { toObject(): Record<string, string> };
  readonly permissions: {
    querySync(
      descriptor:
        | { readonly name: "env" }
        | { readonly name: "read"; readonly path: string }
        | { readonly name: "sys"; readonly kind: "networkInterfaces" },
    ): { readonly state: string };
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
