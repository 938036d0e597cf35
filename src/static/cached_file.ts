import type { FileFacts, OpenFile } from "../contract/files.ts";

/**
 * How old a change has to be when a file is read, for its times to tell of the next one: 2 s is what FAT's clock takes. A file that is written again within
 * one tick of its system's clock, with as many bytes, has the same size and times as before.
 */
const SETTLED_MS = 2000;

/** A file in memory; it has no descriptor, and whoever opens it shares it. Nobody changes its bytes. */
export class CachedFile implements OpenFile {
  readonly facts: FileFacts;
  readonly content: Uint8Array;
  /** Its times tell of the next change. */
  readonly isSettled: boolean;
  /** Until then nobody asks the file system whether it is still the one; by the clock of the wall. */
  freshUntilMs = -Infinity;

  /** @param readMs When it was opened, by the clock of the wall. */
  constructor(facts: FileFacts, content: Uint8Array, readMs: number) {
    this.facts = facts;
    this.content = content;
    this.isSettled = Math.max(facts.modifiedMs, facts.changedMs) < readMs - SETTLED_MS;
  }

  read(into: Uint8Array, position: number): Promise<number> {
    const part = this.content.subarray(position, position + into.length);
    into.set(part);
    return Promise.resolve(part.length);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

/** Whether facts are of the same content. The time of a change of the file's own record tells of a rename, a new owner, and of times that were set back. */
export function isSameVersion(one: FileFacts, other: FileFacts): boolean {
  return one.kind === other.kind && one.size === other.size && one.inode === other.inode && one.modifiedMs === other.modifiedMs &&
    one.changedMs === other.changedMs;
}
