import type { DenoSockets } from "../../src/io/deno_types.ts";

/** `Deno` as Deno's own type checker knows it; where there is none, nothing is to be proved. */
type RealDeno = typeof globalThis extends { readonly Deno: infer Namespace } ? Namespace : DenoSockets;

/** The engine's slice of `Deno` holds for the real one: this does not compile otherwise. */
export const denoSocketsFit: RealDeno extends DenoSockets ? true : false = true;
