import { lstat, readdir, realpath } from "node:fs/promises";
import { contentTypeOf } from "../static/content_type.ts";
import { CODINGS } from "../static/codings.ts";
import { isServedName } from "../static/resolve_path.ts";
import { type CodingName, endingOf } from "./encoders.ts";

/** What is looked for. */
export interface FindOptions {
  readonly codings: readonly CodingName[];
  /** Bytes below which a file is left alone. */
  readonly minSize: number;
  /** Takes names that begin with a dot, too. */
  readonly dotfiles: boolean;
}

/** A compressed file that is wanted. */
export interface WantedFile {
  readonly source: string;
  readonly size: number;
  readonly coding: CodingName;
}

/** What was found. */
export interface FoundFiles {
  /** Worth compressing, whether they are up to date or not. */
  readonly files: number;
  readonly wanted: readonly WantedFile[];
  /** Compressed files that are no older than theirs. */
  readonly upToDate: number;
  /** Folders that could not be looked into, and why: a line each. */
  readonly failures: readonly string[];
}

/** What is asked of the system. */
export interface FindCalls {
  list(folder: string): Promise<readonly FoundEntry[]>;
  /** As `lstat`. */
  look(path: string): Promise<FoundFacts>;
}

interface FoundFacts {
  readonly size: bigint;
  readonly mtimeNs: bigint;
  isFile(): boolean;
}

/** A name in a folder, and what it was when that was read. */
interface FoundEntry {
  readonly name: string;
  isFile(): boolean;
  isDirectory(): boolean;
}

const CALLS: FindCalls = {
  list: (folder) => readdir(folder, { withFileTypes: true }),
  look: (path) => lstat(path, { bigint: true }),
};

/** What gets smaller: text, and formats that do not compress what is in them. */
const WORTH_IT =
  /^(?:text\/|font\/(?:ttf|otf|collection)|image\/(?:svg\+xml|bmp|x-icon|vnd\.microsoft\.icon|x-ms-bmp)|application\/(?:json|javascript|xml|wasm|manifest\+json|jsonl|rtf|x-sh|vnd\.ms-fontobject|x-font-ttf|geo\+json|ld\+json|toml|graphql)|[^;]*\+(?:json|xml)(?:;|$))/;

/** The system's limit of a name (NAME_MAX), in bytes. */
const NAME_BYTES = 255;

/**
 * Looks through a folder for files that are served and worth compressing. Symbolic links are passed over, whatever they lead to: what they lead to is either
 * below the folder, and found there, or outside of it, and not ours to write to. So is what goes while it is looked through.
 *
 * @param root The folder.
 * @throws What the system says: the folder itself is not there.
 */
export async function findFiles(root: string, options: FindOptions, calls: FindCalls = CALLS): Promise<FoundFiles> {
  const wanted: WantedFile[] = [];
  const failures: string[] = [];
  let files = 0;
  let upToDate = 0;
  const top = await realpath(root);
  const folders = [top];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    for (const entry of await listed(folder, calls, failures)) {
      const { name } = entry;
      if (!isServedName(name, folder === top, options.dotfiles)) continue;
      const path = folder === "/" ? `/${name}` : `${folder}/${name}`;
      if (entry.isDirectory()) folders.push(path);
      if (!entry.isFile() || !isWorthIt(name)) continue;
      // There is none, too, by a name that is no UTF-8, which nobody can ask for.
      const facts = await factsOf(path, calls);
      if (facts === null || facts.size < options.minSize) continue;
      files++;
      for (const coding of options.codings) {
        const compressed = await factsOf(path + endingOf(coding), calls);
        if (compressed?.isFile() === true && compressed.mtimeNs >= facts.mtimeNs) upToDate++;
        else wanted.push({ source: path, size: Number(facts.size), coding });
      }
    }
  }
  // The largest first: else the last one keeps a single thread busy.
  wanted.sort((one, other) => other.size - one.size);
  return { files, wanted, upToDate, failures };
}

async function listed(folder: string, { list }: FindCalls, failures: string[]): Promise<readonly FoundEntry[]> {
  try {
    return await list(folder);
  } catch (error) {
    if (!isGone(error)) failures.push(`heddle: look into ${folder}: ${error instanceof Error ? error.message : String(error)}`);
    return [];
  }
}

/** Null where it is not there, or cannot be looked at. */
async function factsOf(path: string, { look }: FindCalls): Promise<FoundFacts | null> {
  try {
    return await look(path);
  } catch {
    return null;
  }
}

function isGone(error: unknown): boolean {
  const code = (error as { readonly code?: unknown } | null)?.code;
  return code === "ENOENT" || code === "ENOTDIR";
}

function isWorthIt(name: string): boolean {
  return WORTH_IT.test(contentTypeOf(name, new Map())) && !CODINGS.some(({ ending }) => name.endsWith(ending)) &&
    new TextEncoder().encode(name).length + 4 <= NAME_BYTES;
}
