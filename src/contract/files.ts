/**
 * The port to files that a program may read. A folder's paths are names with "/" between, none of them empty, "." or ".."; "" is the folder itself.
 *
 * Rules for who fills it:
 * - No bytes of a file outside of the folder are read, whatever symbolic links are in it, or come into it meanwhile.
 * - What fails rejects with an error whose `code` is POSIX's name of it, such as `ENOENT`.
 */

/** What is known of a file or folder. */
export interface FileFacts {
  readonly kind: FileKind;
  /** Bytes. */
  readonly size: number;
  /** Milliseconds since the Unix epoch. */
  readonly modifiedMs: number;
}

/** What a path leads to. */
export type FileKind = "file" | "folder" | "other";

/** One entry of a folder. */
export interface FolderEntry {
  readonly name: string;
  readonly kind: FileKind;
}

/** A file that is open. */
export interface OpenFile {
  readonly facts: FileFacts;
  /** Reads from a position into the start of `into`. @returns How many bytes; 0 at the end. */
  read(into: Uint8Array, position: number): Promise<number>;
  /** Lets it go; never rejects. */
  close(): Promise<void>;
}

/** A folder that is read, and never written. */
export interface ReadOnlyFolder {
  stat(path: string): Promise<FileFacts>;
  /** Opens a regular file; of a folder `EISDIR`, of all else `EACCES`. */
  open(path: string): Promise<OpenFile>;
  /** The entries of a folder, in any order, without "." and "..". */
  list(path: string): Promise<readonly FolderEntry[]>;
}
