import type { BunPlugins } from "../../src/io/bun_resolve.ts";
import type { DenoEnvironment } from "../../src/io/deno_env.ts";
import type { DenoOutputs } from "../../src/io/deno_output.ts";

/** The runtimes' globals as their own types know them; where there is none, nothing is to be proved. */
type RealDeno = typeof globalThis extends { readonly Deno: infer Namespace } ? Namespace : DenoEnvironment & DenoOutputs;
type RealBun = typeof globalThis extends { readonly Bun: infer Namespace } ? Namespace : BunPlugins;

/** The slices that the command line takes hold for the real ones: this does not compile otherwise. */
export const denoEnvironmentFits: RealDeno extends DenoEnvironment ? true : false = true;
export const denoOutputsFit: RealDeno extends DenoOutputs ? true : false = true;
export const bunPluginsFit: RealBun extends BunPlugins ? true : false = true;
