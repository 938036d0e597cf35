import { UnsupportedError } from "../../errors.ts";
import { runtimeDisplayName } from "../../io/runtime.ts";

/** A function as a program imports or exports it: numbers, and BigInts for those of 64 bits. */
export type WasmFunction = (...args: never[]) => unknown;

/** What JavaScript Promise Integration adds to `WebAssembly`; TypeScript 6.0 does not know it. */
export interface Jspi {
  /** Makes an import whose promise suspends the program that called it, until it is settled. */
  readonly Suspending: new (call: WasmFunction) => object;
  /** Makes an export that may be suspended: it runs up to that at once, and gives a promise of its result. */
  promising(exported: WasmFunction): () => Promise<unknown>;
}

/** This runtime's, if it has it: Node from 24 on (not 20), Deno 2.9, Bun 1.4. */
export function findJspi(): Jspi | null {
  const { Suspending, promising } = WebAssembly as unknown as Partial<Jspi>;
  return Suspending === undefined || promising === undefined ? null : { Suspending, promising };
}

/** @throws {UnsupportedError} This runtime has none. */
export function requireJspi(): Jspi {
  const jspi = findJspi();
  if (jspi !== null) return jspi;
  const runtime = runtimeDisplayName();
  throw new UnsupportedError(
    runtime,
    `run a WebAssembly program: ${runtime} has no JSPI (WebAssembly.Suspending), without which a program that waits would hold up all others; ` +
      "run it in threads (--suspend worker), or use Node 24 or later, Deno or Bun",
  );
}
