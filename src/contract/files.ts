/**
 * The port to files that are read, and never written: static files, and a WebAssembly program's. `src/io/node_files.ts` fills it on every runtime. A
 * folder's paths are names with "/" between, none of them empty, "." or ".."; "" is the folder itself.
 *
 * Rules for who fills it:
 * - No bytes of a file outside of the folder are read, whatever symbolic links are in it, or come into it meanwhile.
 * - What fails rejects with an error whose `code` is POSIX's name of it, such as `ENOENT`; that of a path which leads outside is `ENOTCAPABLE`.
 */
import type { Waited } from "../waited.ts";

/** What is known of a file or folder. */
export interface FileFacts {
  readonly kind: FileKind;
  /** Bytes. */
  readonly size: number;
  /** When its content was last changed, in milliseconds since the Unix epoch, with a fraction where the system has one. */
  readonly modifiedMs: number;
  /** When its content, name, owner or rights were last changed, which nobody can set; as `modifiedMs`. */
  readonly changedMs: number;
  /** Which file it is, on its device; past 2^53 the nearest number. */
  readonly inode: number;
}

/** What a path leads to. */
export type FileKind = "file" | "folder" | "other";

/** One entry of a folder. */
export interface FolderEntry {
  readonly name: string;
  readonly kind: FileKind;
}

/** A file that is open, of a `HostFolder`. */
export interface HostFile {
  /** As they were when it was opened. */
  readonly facts: FileFacts;
  /** The system's number of it until it is closed, for what sends files by itself; left out where it has none. */
  readonly descriptor?: number;
  /**
   * Reads into the whole of `into`, or up to the file's end.
   *
   * @param position Of the first byte, from 0.
   * @returns How many bytes there were; 0 at the end.
   */
  read(into: Uint8Array, position: number): Waited<number>;
  /**
   * As `read`, and nobody else runs meanwhile: for bytes that the system has in its memory, which take no longer to copy than to have a thread copy them.
   * Left out where there is no such thing.
   *
   * @throws What `read` rejects with.
   */
  readNow?(into: Uint8Array, position: number): number;
  /** Lets it go; never fails. May be called again. */
  close(): Waited<void>;
}

/** A folder that is read, and never written, by whoever may stand still: some folders give promises, others values, and throw what those reject with. */
export interface HostFolder {
  stat(path: string): Waited<FileFacts>;
  /** Opens a regular file, without waiting: of a folder `EISDIR`, of all else `ENXIO`. */
  open(path: string): Waited<HostFile>;
  /**
   * The entries of a folder, in any order, without "." and "..".
   *
   * @param most So many are enough; more than that are not read. @default all
   */
  list(path: string, most?: number): Waited<readonly FolderEntry[]>;
}

/** A `HostFile` that gives promises. */
export interface OpenFile extends HostFile {
  read(into: Uint8Array, position: number): Promise<number>;
  close(): Promise<void>;
}

/** Bytes of an open file, from `start` up to, and without, `end`. */
export interface FilePart {
  readonly file: OpenFile;
  readonly start: number;
  readonly end: number;
  /** For errors. */
  readonly named: string;
}

/** A `HostFolder` that gives promises. */
export interface ReadOnlyFolder extends HostFolder {
  /** The name of the one file that it is, which is opened by the path ""; there is nothing else below it. Left out of a folder. */
  readonly onlyFile?: string;
  stat(path: string): Promise<FileFacts>;
  open(path: string): Promise<OpenFile>;
  list(path: string, most?: number): Promise<readonly FolderEntry[]>;
}
