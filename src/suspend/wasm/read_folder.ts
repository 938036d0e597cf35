import type { FileKind, FolderEntry } from "../../contract/files.ts";

/** Bytes of a `dirent` before its name. */
const ENTRY_BYTES = 24;

const TYPES: Readonly<Record<FileKind, number>> = { folder: 3, file: 4, other: 0 };

const encoder = new TextEncoder();

/**
 * Writes a folder's entries as `fd_readdir` gives them; the last one is cut where it does not fit.
 *
 * @param from The first entry's place.
 * @returns How many bytes; fewer than there is room for at the end.
 */
export function readFolder(entries: readonly FolderEntry[], from: number, into: Uint8Array<ArrayBuffer>): number {
  let used = 0;
  for (let index = from; index < entries.length && used < into.length; index++) {
    const { name, kind } = entries[index]!;
    const bytes = encoder.encode(name);
    const entry = new Uint8Array(ENTRY_BYTES + bytes.length);
    const view = new DataView(entry.buffer);
    view.setBigUint64(0, BigInt(index + 1), true);
    view.setUint32(16, bytes.length, true);
    view.setUint8(20, TYPES[kind]);
    entry.set(bytes, ENTRY_BYTES);
    const part = entry.subarray(0, into.length - used);
    into.set(part, used);
    used += part.length;
  }
  return used;
}
