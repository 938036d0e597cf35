import type v8 from "node:v8";
import type { CollectYoung } from "./node_collect.ts";
import { process } from "./node_process.ts";

/** Elements of an array that lies among what is young: below the size of an object that has a page of its own (V8 15: 128 KiB). */
const FILLER_LENGTH = 8192;

/** Bytes of an element, without compressed pointers. */
const ELEMENT_BYTES = 8;

/**
 * Has Deno collect the garbage among what is young, by filling its room: V8 has no call for it there. The `gc` of `--expose-gc` is Deno's own, which collects
 * the whole heap twice, 20 ms of a small one, whatever it is asked for (2.9.6).
 *
 * @returns Null where the size of that room is not to be had.
 */
export function createCollectByFilling(): CollectYoung | null {
  try {
    const { getHeapSpaceStatistics } = process.getBuiltinModule("node:v8") as typeof v8;
    const at = getHeapSpaceStatistics().findIndex(({ space_name: name }) => name === "new_space");
    return at === -1 ? null : () => fill(getHeapSpaceStatistics()[at]!.space_available_size);
  } catch {
    // It spares memory, and an upload is as right without.
    return null;
  }
}

/** So that the optimizer takes no filler for one that nobody has. */
const filler: { latest: unknown[] } = { latest: [] };

function fill(bytes: number): void {
  for (let left = bytes; left >= 0; left -= FILLER_LENGTH * ELEMENT_BYTES) filler.latest = new Array(FILLER_LENGTH);
  filler.latest = [];
}
