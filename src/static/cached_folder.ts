import type { FileFacts, FolderEntry, OpenFile, ReadOnlyFolder } from "../contract/files.ts";
import { BoundedMap } from "./bounded_map.ts";
import { CachedFile, isSameVersion } from "./cached_file.ts";
import { reasonOf } from "./open_file.ts";

/** Bytes of a file: a larger one is read while it is sent. */
export const MOST_FILE_BYTES = 262_144;

/** What a file costs besides its bytes and its path: objects and slots, by what the heap grows with 10,000 of them, rounded up. */
const FILE_OVERHEAD = 512;

/** How much is kept, and for how long it is believed. */
export interface CacheLimits {
  /** Of memory for files. */
  readonly bytes: number;
  /** For how long a file is taken without asking the file system. */
  readonly ttlMs: number;
  /** For how long it is taken without asking that there is no file. */
  readonly absentMs: number;
}

/** A path that leads to no file, and how opening it failed. */
interface Absence {
  readonly error: unknown;
  readonly untilMs: number;
}

/**
 * A folder whose small files are kept in memory. One that is asked for again after its time is looked at: its path is followed anew, and if that leads to
 * the same file, unchanged, its bytes stay; else it is opened and read as if it had never been there. However many ask at once for one that is not there, it
 * is looked at, opened and read once.
 */
export class CachedFolder implements ReadOnlyFolder {
  readonly #folder: ReadOnlyFolder;
  readonly #ttlMs: number;
  readonly #nowMs: () => number;
  readonly #absentMs: number;
  readonly #files: BoundedMap<CachedFile | Absence>;
  /** What is looked for now; null where it is not one to keep. */
  readonly #pending = new Map<string, Promise<CachedFile | null>>();
  readonly onlyFile?: string;

  /** @param nowMs The clock of the wall. */
  constructor(folder: ReadOnlyFolder, { bytes, ttlMs, absentMs }: CacheLimits, nowMs: () => number) {
    this.#folder = folder;
    if (folder.onlyFile !== undefined) this.onlyFile = folder.onlyFile;
    this.#ttlMs = ttlMs;
    this.#absentMs = absentMs;
    this.#nowMs = nowMs;
    this.#files = new BoundedMap(bytes);
  }

  stat(path: string): Promise<FileFacts> {
    return this.#folder.stat(path);
  }

  list(path: string): Promise<readonly FolderEntry[]> {
    return this.#folder.list(path);
  }

  async open(path: string): Promise<OpenFile> {
    const known = this.#files.get(path) ?? null;
    const kept = known instanceof CachedFile ? known : null;
    if (kept !== null && this.#lasts(kept.freshUntilMs, this.#ttlMs)) return kept;
    if (known !== null && !(known instanceof CachedFile) && this.#lasts(known.untilMs, this.#absentMs)) throw known.error;
    const pending = this.#pending.get(path);
    if (pending !== undefined) return await pending ?? await this.#folder.open(path);
    const found = this.#find(path, kept);
    const shared = found.then((file) => file instanceof CachedFile ? file : null);
    this.#pending.set(path, shared);
    const done = () => void this.#pending.delete(path);
    shared.then(done, done);
    return await found;
  }

  /** Whether something is taken without asking. A clock that was set back makes nothing last longer. */
  #lasts(untilMs: number, mostMs: number): boolean {
    const leftMs = untilMs - this.#nowMs();
    return leftMs > 0 && leftMs <= mostMs;
  }

  async #find(path: string, kept: CachedFile | null): Promise<OpenFile> {
    const nowMs = this.#nowMs();
    if (kept?.isSettled === true && await this.#leadsTo(path, kept)) {
      kept.freshUntilMs = nowMs + this.#ttlMs;
      return kept;
    }
    this.#files.delete(path);
    const file = await this.#open(path, nowMs);
    const cached = file.facts.size <= MOST_FILE_BYTES ? await readWhole(file, nowMs) : null;
    if (cached === null) return file;
    await file.close();
    cached.freshUntilMs = nowMs + this.#ttlMs;
    this.#files.set(path, cached, cached.content.length + 2 * path.length + FILE_OVERHEAD);
    return cached;
  }

  async #open(path: string, nowMs: number): Promise<OpenFile> {
    try {
      return await this.#folder.open(path);
    } catch (error) {
      if (this.#absentMs > 0 && reasonOf(error) === "absent") {
        this.#files.set(path, { error, untilMs: nowMs + this.#absentMs }, 2 * path.length + FILE_OVERHEAD);
      }
      throw error;
    }
  }

  /** What fails here fails again where the file is opened, which says why. */
  async #leadsTo(path: string, { facts }: CachedFile): Promise<boolean> {
    try {
      return isSameVersion(await this.#folder.stat(path), facts);
    } catch {
      return false;
    }
  }
}

/** @returns Null if it has become shorter, or cannot be read: whoever sends it will find that out, too. */
async function readWhole(file: OpenFile, nowMs: number): Promise<CachedFile | null> {
  const content = new Uint8Array(file.facts.size);
  try {
    return await file.read(content, 0) === content.length ? new CachedFile(file.facts, content, nowMs) : null;
  } catch {
    return null;
  }
}
