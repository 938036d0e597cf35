import type { FilePart } from "../contract/files.ts";
import type { ResponseFile } from "./fetch_exchange.ts";
import type { DenoFile, DenoServe } from "./serve_types.ts";

/** Deno has refused it once, and will again: it asks nobody for this permission (2.9.6). */
let refused = false;

/**
 * A whole file as the stream of a `Deno.FsFile`, which Deno sends without a turn in JavaScript for each piece: a third of the cost of one that does. It is
 * opened by its descriptor, for what a path leads to may have changed. Deno sends no more than the head has promised, and ends the connection where there is
 * less.
 */
export function takeDenoFile({ file, start, end }: FilePart): ResponseFile | null {
  const { descriptor, facts } = file;
  if (descriptor === undefined || refused || start !== 0 || end !== facts.size) return null;
  const opened = openAgain(descriptor);
  if (opened === null) return null;
  void file.close();
  return { content: opened.readable, isLast: false, given() {}, release: () => opened.close() };
}

function openAgain(descriptor: number): DenoFile | null {
  const { Deno } = globalThis as typeof globalThis & { readonly Deno: DenoServe };
  try {
    return Deno.openSync(`/proc/self/fd/${descriptor}`);
  } catch (error) {
    // Else there is no descriptor left, and the one that is there does.
    refused = (error as { readonly code?: unknown }).code !== "EMFILE";
    return null;
  }
}
