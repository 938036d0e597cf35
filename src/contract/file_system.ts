/**
 * The port to the file system: what static files are read through. `src/io/node_file_system.ts` fills it on every runtime; tests fill it from memory.
 */

/** What a path leads to, as the system tells it. */
export interface FileFacts {
  /** Devices, pipes and sockets are `other`. */
  readonly kind: "file" | "directory" | "other";
  /** Bytes. */
  readonly size: number;
  /** When its content was last changed, in milliseconds since 1970, with a fraction where the system has one. */
  readonly mtimeMs: number;
  /** Which file it is, on which device: two paths lead to one file if both agree. */
  readonly inode: number;
  readonly device: number;
}

/** Something that was opened for reading. */
export interface OpenFile {
  /** As they were when it was opened. */
  readonly facts: FileFacts;
  /**
   * Reads bytes into the whole of `buffer`, or up to the file's end.
   *
   * @param position Of the first byte, from 0.
   * @returns How many bytes there were; 0 at the end.
   */
  read(buffer: Uint8Array, position: number): Promise<number>;
  close(): Promise<void>;
}

/** Files by their paths. Its errors carry the system's `code`: `ENOENT`, `EACCES`, `ELOOP`, `ENAMETOOLONG`, `EMFILE`. */
export interface FileSystem {
  /** Opens without waiting: not for a pipe's other end, nor for a device. A directory may be opened too. */
  open(path: string): Promise<OpenFile>;
  /** The path without symbolic links, dots or doubled slashes. */
  realPath(path: string): Promise<string>;
  facts(path: string): Promise<FileFacts>;
}
