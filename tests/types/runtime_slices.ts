import type { BunGlobal, DenoGlobal, ProcessGlobal } from "../../src/io/runtime_types.ts";

/** The runtimes' globals as their own types know them; where there is none, nothing is to be proved. */
type RealDeno = typeof globalThis extends { readonly Deno: infer Namespace } ? Namespace : DenoGlobal;
type RealBun = typeof globalThis extends { readonly Bun: infer Namespace } ? Namespace : BunGlobal;
type RealProcess = typeof globalThis extends { readonly process: infer Process } ? Process : ProcessGlobal;

/** The slices by which the runtime is found hold for the real ones: this does not compile otherwise. */
export const denoFits: RealDeno extends DenoGlobal ? true : false = true;
export const bunFits: RealBun extends BunGlobal ? true : false = true;
export const processFits: RealProcess extends ProcessGlobal ? true : false = true;
