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
}

/** What gets smaller: text, and formats that do not compress what is in them. */
const WORTH_IT =
  /^(?:text\/|font\/(?:ttf|otf|collection)|image\/(?:svg\+xml|bmp|x-icon|vnd\.microsoft\.icon|x-ms-bmp)|application\/(?:json|javascript|xml|wasm|manifest\+json|jsonl|rtf|x-sh|vnd\.ms-fontobject|x-font-ttf|geo\+json|ld\+json|toml|graphql)|[^;]*\+(?:json|xml)(?:;|$))/;

/** The system's limit of a name (NAME_MAX), in bytes. */
const NAME_BYTES = 255;

/**
 * Looks through a folder for files that are served and worth compressing. Symbolic links are passed over, whatever they lead to: what they lead to is either
 * below the folder, and found there, or outside of it, and not ours to write to.
 *
 * @param root The folder.
 * @throws What the system says: a folder is not there, or may not be read.
 */
export async function findFiles(root: string, options: FindOptions): Promise<FoundFiles> {
  const wanted: WantedFile[] = [];
  let files = 0;
  let upToDate = 0;
  const top = await realpath(root);
  const folders = [top];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    for (const entry of await readdir(folder, { withFileTypes: true })) {
      const { name } = entry;
      if (!isServedName(name, folder === top, options.dotfiles)) continue;
      const path = folder === "/" ? `/${name}` : `${folder}/${name}`;
      if (entry.isDirectory()) folders.push(path);
      if (!entry.isFile() || !isWorthIt(name)) continue;
      const { size, mtimeNs } = await lstat(path, { bigint: true });
      if (size < options.minSize) continue;
      files++;
      for (const coding of options.codings) {
        if (await isUpToDate(path + endingOf(coding), mtimeNs)) upToDate++;
        else wanted.push({ source: path, size: Number(size), coding });
      }
    }
  }
  // The largest first: else the last one keeps a single thread busy.
  wanted.sort((one, other) => other.size - one.size);
  return { files, wanted, upToDate };
}

function isWorthIt(name: string): boolean {
  return WORTH_IT.test(contentTypeOf(name, new Map())) && !CODINGS.some(({ ending }) => name.endsWith(ending)) &&
    new TextEncoder().encode(name).length + 4 <= NAME_BYTES;
}

async function isUpToDate(path: string, mtimeNs: bigint): Promise<boolean> {
  try {
    const found = await lstat(path, { bigint: true });
    return found.isFile() && found.mtimeNs >= mtimeNs;
  } catch {
    return false;
  }
}
