/** What the threads of `heddle precompress` are sent, and what they answer. */
import type { CodingName } from "./encoders.ts";

/** A file to compress. */
export interface CompressJob {
  readonly source: string;
  /** Where the compressed file goes. */
  readonly target: string;
  /** Beside it, and not there yet: written first, and then renamed. Nobody serves it, for its name begins with a dot. */
  readonly temporary: string;
  readonly coding: CodingName;
}

/** What became of a job: `larger` is not worth it, and not kept. */
export type CompressOutcome =
  | { readonly kind: "written" | "larger"; readonly before: number; readonly after: number }
  | { readonly kind: "failed"; readonly reason: string };
