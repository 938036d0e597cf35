import type { TextSink } from "../contract/output.ts";

/** The slice of `Deno` that is needed here. */
export interface DenoOutputs {
  readonly stdout: DenoWriter;
  readonly stderr: DenoWriter;
}

/** Of `Deno.stdout`. */
export interface DenoWriter {
  /** May take less than all of it. */
  write(bytes: Uint8Array): Promise<number>;
}

/**
 * Standard output or standard error, on Deno: `process.stdout.write` and `fs.write` block the whole loop there when nobody reads the
 * pipe (2.9.6); this does not.
 *
 * @param name The stream.
 */
export function createDenoOutput(name: "stdout" | "stderr"): TextSink {
  const stream = (globalThis as typeof globalThis & { readonly Deno: DenoOutputs }).Deno[name];
  const encoder = new TextEncoder();
  return {
    async write(text) {
      const bytes = encoder.encode(text);
      for (let written = 0; written < bytes.byteLength;) written += await stream.write(bytes.subarray(written));
    },
  };
}
