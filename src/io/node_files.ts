import { constants, type Dirent, readSync } from "node:fs";
import { type FileHandle, lstat, open, opendir, readdir, readlink, realpath } from "node:fs/promises";
import { process } from "./node_process.ts";
import type { FileFacts, FileKind, FolderEntry, OpenFile, ReadOnlyFolder } from "../contract/files.ts";

/** Neither waits for a pipe's other end nor follows a link that has come in between. Windows has none of these. */
const OPEN_FLAGS = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0) | (constants.O_NOCTTY ?? 0);

/** Where Linux tells what a descriptor is of. Deno lets nobody read there who has not all permissions, and asks nobody for them (2.9.6). */
const DESCRIPTORS = process.platform === "linux" ? "/proc/self/fd" : null;

/**
 * How often a file's path is looked up elsewhere, and has to lead to what was opened. Where another process turned a folder on the way into a link and
 * back, as fast as it could, one look was deceived once in 20,000 files (Node 24), and five never were.
 */
const LOOKS = 5;

/** Entries that one call reads: a call a thousand takes no longer for 100,000 entries than one for all does. */
const LISTED_AT_ONCE = 1024;

/** What tells whether two names are of one file. */
interface Identity {
  readonly dev: bigint;
  readonly ino: bigint;
}

/** What `lstat` tells. */
interface Stats extends Identity {
  readonly size: bigint;
  readonly mtimeNs: bigint;
  readonly ctimeNs: bigint;
  isFile(): boolean;
  isDirectory(): boolean;
}

/**
 * Opens a folder of the host's for reading. Whoever may change that folder while it is read can have names and sizes, and no bytes, of what is outside
 * told: they are asked by path.
 *
 * @param safe Folders outside of it that links in it may lead to. @default none
 * @throws What the system says: it is not there, or no folder (as a rejection).
 */
export async function openNodeFolder(path: string, safe: readonly string[] = []): Promise<ReadOnlyFolder> {
  const roots = await Promise.all([path, ...safe].map((folder) => realpath(folder)));
  await (await opendir(roots[0]!)).close();
  return new NodeFolder(roots);
}

class NodeFolder implements ReadOnlyFolder {
  readonly #root: string;
  readonly #roots: readonly string[];

  /** @param roots Absolute paths without links: the folder's, and those of the folders that it may lead to. */
  constructor(roots: readonly string[]) {
    this.#root = roots[0]!;
    this.#roots = roots;
  }

  async stat(path: string): Promise<FileFacts> {
    return factsOf(await this.#facts(path));
  }

  async open(path: string): Promise<OpenFile> {
    const handle = await open(await this.#resolve(path), OPEN_FLAGS);
    try {
      const facts = await handle.stat({ bigint: true });
      if (facts.isDirectory()) throw failure("EISDIR");
      if (!facts.isFile()) throw failure("ENXIO");
      // What was opened must be what is in the folder now: a folder on the way may have become a link in between.
      if (!(await this.#isInside(handle.fd, facts, path))) throw failure("ENOTCAPABLE");
      return new NodeFile(handle, factsOf(facts));
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  async list(path: string, most?: number): Promise<readonly FolderEntry[]> {
    const real = await this.#resolve(path);
    const entries = most === undefined ? await readdir(real, { withFileTypes: true }) : await readSome(real, most);
    return entries.map((entry) => ({ name: entry.name, kind: kindOf(entry) }));
  }

  async #isInside(fd: number, facts: Stats, path: string): Promise<boolean> {
    const real = DESCRIPTORS === null ? null : await readlink(`${DESCRIPTORS}/${fd}`).catch(() => null);
    if (real !== null) return this.#hasInside(real);
    for (let look = 0; look < LOOKS; look++) {
      if (!isSame(facts, await this.#facts(path))) return false;
    }
    return true;
  }

  async #facts(path: string): Promise<Stats> {
    return await lstat(await this.#resolve(path), { bigint: true });
  }

  /** @returns The path without links; none that leads out of the roots. */
  async #resolve(path: string): Promise<string> {
    const real = await realpath(path === "" ? this.#root : `${this.#root}/${path}`);
    if (!this.#hasInside(real)) throw failure("ENOTCAPABLE");
    return real;
  }

  /** The separator counts: `/srv/static_evil` is not below `/srv/static`. @param real A path without links. */
  #hasInside(real: string): boolean {
    return this.#roots.some((root) => real === root || real.startsWith(root.endsWith("/") ? root : `${root}/`));
  }
}

class NodeFile implements OpenFile {
  readonly facts: FileFacts;
  readonly #handle: FileHandle;

  constructor(handle: FileHandle, facts: FileFacts) {
    this.#handle = handle;
    this.facts = facts;
  }

  async read(into: Uint8Array, position: number): Promise<number> {
    let filled = 0;
    while (filled < into.length) {
      const { bytesRead } = await this.#handle.read(into, filled, into.length - filled, position + filled);
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    return filled;
  }

  readNow(into: Uint8Array, position: number): number {
    let filled = 0;
    while (filled < into.length) {
      const count = readSync(this.#handle.fd, into, filled, into.length - filled, position + filled);
      if (count === 0) break;
      filled += count;
    }
    return filled;
  }

  async close(): Promise<void> {
    await this.#handle.close().catch(() => {});
  }
}

async function readSome(path: string, most: number): Promise<Dirent[]> {
  const entries: Dirent[] = [];
  for await (const entry of await opendir(path, { bufferSize: LISTED_AT_ONCE })) {
    if (entries.push(entry) >= most) break;
  }
  return entries;
}

function isSame(one: Identity, other: Identity): boolean {
  return one.dev === other.dev && one.ino === other.ino;
}

function factsOf(stats: Stats): FileFacts {
  const { size, mtimeNs, ctimeNs, ino } = stats;
  return {
    kind: kindOf(stats),
    size: Number(size),
    modifiedMs: Number(mtimeNs) / 1e6,
    changedMs: Number(ctimeNs) / 1e6,
    inode: Number(ino),
  };
}

function kindOf(stats: { isFile(): boolean; isDirectory(): boolean }): FileKind {
  return stats.isFile() ? "file" : stats.isDirectory() ? "folder" : "other";
}

function failure(code: string): Error {
  return Object.assign(new Error(code), { code });
}
