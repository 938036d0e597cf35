import { constants, type Dirent, fstatSync, lstatSync, readSync } from "node:fs";
import { lstat, open, opendir, readdir, readlink } from "node:fs/promises";
import { basename } from "node:path";
import { process } from "./node_process.ts";
import type { FileFacts, FileKind, FolderEntry, HostFile, HostFolder, ReadOnlyFolder } from "../contract/files.ts";
import { drive, type Steps, type Waited, waitFor } from "../waited.ts";
import { nodeRealpath } from "./node_realpath.ts";

/** Neither waits for a pipe's other end nor follows a link that has come in between. Windows has none of these. */
const OPEN_FLAGS = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0) | (constants.O_NOCTTY ?? 0);

const ONLY_FOLDERS = constants.O_DIRECTORY ?? 0;

/** Where Linux tells what a descriptor is of. Deno lets nobody read there who has not all permissions, and asks nobody for them (2.9.6). */
const DESCRIPTORS = process.platform === "linux" ? "/proc/self/fd" : null;

/**
 * How often a file's path is looked up elsewhere, and has to lead to what was opened. Where another process turned a folder on the way into a link and
 * back, as fast as it could, one look was deceived once in 20,000 files (Node 24), and five never were.
 */
const LOOKS = 5;

/** What Linux puts behind the path of an open file that has been removed, or replaced, since. */
const REMOVED = " (deleted)";

/** Entries that one call reads: a call a thousand takes no longer for 100,000 entries than one for all does. */
const LISTED_AT_ONCE = 1024;

/** What tells whether two names are of one file. */
interface Identity {
  readonly dev: bigint;
  readonly ino: bigint;
}

/** What `lstat` tells. */
export interface Stats extends Identity {
  readonly size: bigint;
  readonly mtimeNs: bigint;
  readonly ctimeNs: bigint;
  isFile(): boolean;
  isDirectory(): boolean;
}

/** A name in a folder. */
interface Named {
  readonly name: string;
  isFile(): boolean;
  isDirectory(): boolean;
}

/** What a folder asks of the system. */
export interface FileCalls {
  realpath(path: string): Waited<string>;
  lstat(path: string): Waited<Stats>;
  readlink(path: string): Waited<string>;
  /** @param most As of `HostFolder.list`. */
  readdir(path: string, most?: number): Waited<readonly Named[]>;
  open(path: string, flags: number): Waited<FileHandle>;
}

/** What the system has opened. */
export interface FileHandle {
  readonly fd: number;
  stat(): Waited<Stats>;
  /** @returns How many bytes were read. */
  read(into: Uint8Array, offset: number, length: number, position: number): Waited<number>;
  close(): Waited<void>;
}

/**
 * Deno's promise of a stat with BigInts never settles where a time is past the last one that a Date has, in the year 275760, and what its own code throws
 * there ends the process (2.9.6). To stand still costs nothing there: what is looked at was opened, or followed to, just before.
 */
const STATS_STAND_STILL = process.versions.deno !== undefined;

/** By promises. */
const PROMISED: FileCalls = {
  realpath: nodeRealpath,
  lstat: STATS_STAND_STILL ? (path) => statNow(() => lstatSync(path, { bigint: true })) : (path) => lstat(path, { bigint: true }),
  readlink,
  readdir: (path, most) => most === undefined ? readdir(path, { withFileTypes: true }) : readSome(path, most),
  async open(path, flags) {
    const handle = await open(path, flags);
    return {
      fd: handle.fd,
      stat: () => STATS_STAND_STILL ? statNow(() => fstatSync(handle.fd, { bigint: true })) : handle.stat({ bigint: true }),
      read: async (into, offset, length, position) => (await handle.read(into, offset, length, position)).bytesRead,
      close: () => handle.close(),
    };
  },
};

/**
 * Opens a folder of the host's for reading. Whoever may change that folder while it is read can have sizes and times, and no bytes, of what is outside
 * told: they are asked by path.
 *
 * @param safe Folders outside of it that links in it may lead to. @default none
 * @throws What the system says: it is not there, or no folder (as a rejection).
 */
export async function openNodeFolder(path: string, safe: readonly string[] = []): Promise<ReadOnlyFolder> {
  return await openRoots(await realPaths(path, safe));
}

/**
 * Opens what static files are served of: a folder, as `openNodeFolder` does, or a single file, which is as a folder of which the path "" is that file.
 *
 * @throws What the system says: it is not there, or neither folder nor file (as a rejection).
 */
export async function openNodeSite(path: string, safe: readonly string[] = []): Promise<ReadOnlyFolder> {
  const roots = await realPaths(path, safe);
  if (!(await PROMISED.lstat(roots[0]!)).isFile()) return await openRoots(roots);
  return Object.assign(folderOf(roots), { onlyFile: basename(path) });
}

function realPaths(path: string, others: readonly string[]): Promise<string[]> {
  return Promise.all([path, ...others].map((folder) => nodeRealpath(folder)));
}

async function openRoots(roots: readonly string[]): Promise<ReadOnlyFolder> {
  await (await opendir(roots[0]!)).close();
  return folderOf(roots);
}

/** What is asked of it waits for a promise in any case. */
function folderOf(roots: readonly string[]): ReadOnlyFolder {
  return new NodeFolder(roots, PROMISED) as HostFolder as ReadOnlyFolder;
}

/** A folder of the host's, by the calls that it is given. */
export class NodeFolder implements HostFolder {
  readonly #root: string;
  readonly #roots: readonly string[];
  readonly #calls: FileCalls;

  /** @param roots Absolute paths without links: the folder's, and those of the folders that it may lead to. */
  constructor(roots: readonly string[], calls: FileCalls) {
    this.#root = roots[0]!;
    this.#roots = roots;
    this.#calls = calls;
  }

  stat(path: string): Waited<FileFacts> {
    return drive(this.#stat(path));
  }

  open(path: string): Waited<HostFile> {
    return drive(this.#open(path));
  }

  list(path: string, most?: number): Waited<readonly FolderEntry[]> {
    return drive(this.#list(path, most));
  }

  *#stat(path: string): Steps<FileFacts> {
    return factsOf(yield* this.#facts(path));
  }

  *#open(path: string): Steps<HostFile> {
    const handle = yield* waitFor(this.#calls.open(yield* this.#resolve(path), OPEN_FLAGS));
    try {
      const facts = yield* waitFor(handle.stat());
      if (facts.isDirectory()) throw failure("EISDIR");
      if (!facts.isFile()) throw failure("ENXIO");
      // What was opened must be what is in the folder now: a folder on the way may have become a link in between.
      if (!(yield* this.#isInside(handle.fd, facts, path))) throw failure("ENOTCAPABLE");
      return new NodeFile(handle, factsOf(facts));
    } catch (error) {
      yield* waitFor(handle.close());
      throw error;
    }
  }

  /** By a descriptor, where Linux tells what that is of: by its path the names of another folder could be read. */
  *#list(path: string, most?: number): Steps<readonly FolderEntry[]> {
    const real = yield* this.#resolve(path);
    const handle = yield* waitFor(this.#calls.open(real, OPEN_FLAGS | ONLY_FOLDERS));
    try {
      const facts = yield* waitFor(handle.stat());
      const opened = yield* this.#pathOf(handle.fd);
      if (opened !== null && !this.#hasInside(opened)) throw failure("ENOTCAPABLE");
      const entries = yield* waitFor(this.#calls.readdir(opened === null ? real : `${DESCRIPTORS}/${handle.fd}`, most));
      if (opened === null && !(yield* this.#stillLeadsTo(facts, path))) throw failure("ENOTCAPABLE");
      return entries.map((entry) => ({ name: entry.name, kind: kindOf(entry) }));
    } finally {
      yield* waitFor(handle.close());
    }
  }

  *#isInside(fd: number, facts: Stats, path: string): Steps<boolean> {
    const real = yield* this.#pathOf(fd);
    if (real === null) return yield* this.#stillLeadsTo(facts, path);
    return this.#hasInside(real) || (real.endsWith(REMOVED) && this.#hasInside(real.slice(0, -REMOVED.length)));
  }

  *#stillLeadsTo(facts: Stats, path: string): Steps<boolean> {
    for (let look = 0; look < LOOKS; look++) {
      if (!isSame(facts, yield* this.#facts(path))) return false;
    }
    return true;
  }

  /** Null where nobody tells. */
  *#pathOf(fd: number): Steps<string | null> {
    if (DESCRIPTORS === null) return null;
    try {
      return yield* waitFor(this.#calls.readlink(`${DESCRIPTORS}/${fd}`));
    } catch {
      return null;
    }
  }

  *#facts(path: string): Steps<Stats> {
    return yield* waitFor(this.#calls.lstat(yield* this.#resolve(path)));
  }

  /** @returns The path without links; none that leads out of the roots. */
  *#resolve(path: string): Steps<string> {
    const real = yield* waitFor(this.#calls.realpath(path === "" ? this.#root : `${this.#root}/${path}`));
    if (!this.#hasInside(real)) throw failure("ENOTCAPABLE");
    return real;
  }

  /** The separator counts: `/srv/static_evil` is not below `/srv/static`. @param real A path without links. */
  #hasInside(real: string): boolean {
    return this.#roots.some((root) => real === root || real.startsWith(root.endsWith("/") ? root : `${root}/`));
  }
}

class NodeFile implements HostFile {
  readonly facts: FileFacts;
  readonly #handle: FileHandle;
  #closed = false;

  constructor(handle: FileHandle, facts: FileFacts) {
    this.#handle = handle;
    this.facts = facts;
  }

  get descriptor(): number {
    return this.#handle.fd;
  }

  read(into: Uint8Array, position: number): Waited<number> {
    return drive(fill((...part) => this.#handle.read(...part), into, position));
  }

  readNow(into: Uint8Array, position: number): number {
    // Another file may have its number by now.
    if (this.#closed) throw failure("EBADF");
    const { fd } = this.#handle;
    // It waits for nothing.
    return drive(fill((...part) => readSync(fd, ...part), into, position)) as number;
  }

  close(): Waited<void> {
    return drive(this.#close());
  }

  *#close(): Steps<void> {
    if (this.#closed) return;
    this.#closed = true;
    try {
      yield* waitFor(this.#handle.close());
    } catch {
      // There is nothing that could be done about it.
    }
  }
}

/** One read may give less than is there. */
function* fill(read: FileHandle["read"], into: Uint8Array, position: number): Steps<number> {
  let filled = 0;
  while (filled < into.length) {
    const count = yield* waitFor(read(into, filled, into.length - filled, position + filled));
    if (count === 0) break;
    filled += count;
  }
  return filled;
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

/**
 * Asks what is known of a file.
 *
 * @param stat Throws a RangeError where the runtime cannot tell of a time.
 */
export function statNow(stat: () => Stats): Stats {
  try {
    return stat();
  } catch (error) {
    throw error instanceof RangeError ? failure("EOVERFLOW", "a time of the file is past what the runtime can tell") : error;
  }
}

function failure(code: string, message: string = code): Error {
  return Object.assign(new Error(message), { code });
}
