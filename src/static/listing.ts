import type { FolderEntry, ReadOnlyFolder } from "../contract/files.ts";

/** One line of a listing. */
export interface ListedEntry {
  readonly name: string;
  readonly isFolder: boolean;
  /** Bytes. */
  readonly size: number;
  /** Since the Unix epoch. */
  readonly modifiedMs: number;
}

/** A part of what is in a folder. */
export interface Listing {
  readonly entries: readonly ListedEntry[];
  /** From 1. */
  readonly page: number;
  readonly pages: number;
  /** Of all pages; an entry that turns out to be none that is served is counted here, and not shown. */
  readonly total: number;
  /** There are more than are listed on all pages. */
  readonly isCut: boolean;
}

/** What is listed of a folder. */
export interface ListingScope {
  /** From 1; past the last one, that is given. */
  readonly page: number;
  /** Whether a name is served. */
  isServed(name: string): boolean;
  /** Endings of files that are not shown beside the file which they stand for, such as `.br`. */
  readonly hiddenEndings: readonly string[];
}

/** Entries on a page: each costs two calls of the system, and 200 bytes of HTML. */
const PAGE_ENTRIES = 1000;

/** Entries read of a folder. Those of 100,000 names take 15 MB while they are sorted. */
const MOST_ENTRIES = 100_000;

/** Entries asked about at once: as many as make a disk's queue, and leave Node's four threads to others soon. */
const AT_ONCE = 16;

/**
 * Reads a page of a folder's entries: folders first, then by name, in any case. A link counts as what it leads to, but stands among the files; one that leads
 * out of the folder, or to no file, is left out.
 *
 * @throws What the system says, as `ReadOnlyFolder.list`.
 */
export async function readListing(folder: ReadOnlyFolder, path: string, scope: ListingScope): Promise<Listing> {
  const found = await folder.list(path, MOST_ENTRIES + 1);
  const isCut = found.length > MOST_ENTRIES;
  const all = sort(chooseShown(isCut ? found.slice(0, MOST_ENTRIES) : found, scope));
  const pages = Math.max(1, Math.ceil(all.length / PAGE_ENTRIES));
  const page = Math.min(scope.page, pages);
  const names = all.slice((page - 1) * PAGE_ENTRIES, page * PAGE_ENTRIES);
  const entries: ListedEntry[] = [];
  for (let at = 0; at < names.length; at += AT_ONCE) {
    const some = names.slice(at, at + AT_ONCE).map((name) => describe(folder, path, name));
    for (const entry of await Promise.all(some)) if (entry !== null) entries.push(entry);
  }
  return { entries, page, pages, total: all.length, isCut };
}

function chooseShown(entries: readonly FolderEntry[], { isServed, hiddenEndings }: ListingScope): readonly FolderEntry[] {
  const names = new Set(hiddenEndings.length === 0 ? [] : entries.map(({ name }) => name));
  const isHidden = (name: string) => hiddenEndings.some((ending) => name.endsWith(ending) && names.has(name.slice(0, -ending.length)));
  return entries.filter(({ name }) => isServed(name) && !isHidden(name));
}

/** By code units: a collator takes half a second for 100,000 names, and nothing else is served meanwhile. */
function sort(entries: readonly FolderEntry[]): readonly string[] {
  const keyed = entries.map(({ name, kind }) => ({ name, key: `${kind === "folder" ? 0 : 1}${name.toLowerCase()}` }));
  keyed.sort((one, other) => one.key < other.key ? -1 : one.key > other.key ? 1 : one.name < other.name ? -1 : 1);
  return keyed.map(({ name }) => name);
}

/** Null for what is gone by now, leads outside, or is neither file nor folder. */
async function describe(folder: ReadOnlyFolder, path: string, name: string): Promise<ListedEntry | null> {
  try {
    const { kind, size, modifiedMs } = await folder.stat(path === "" ? name : `${path}/${name}`);
    return kind === "other" ? null : { name, isFolder: kind === "folder", size, modifiedMs };
  } catch {
    return null;
  }
}
