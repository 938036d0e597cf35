import type { GuestFolder } from "../../contract/app.ts";
import type { FileFacts, FolderEntry, HostFile, HostFolder } from "../../contract/files.ts";

/** Descriptors that a program may have open, its standard streams not among them. */
const MOST_OPEN = 64;

/** The first descriptor behind the standard streams. */
const FIRST = 3;

/** A folder that a program has open. */
export interface FolderDescriptor {
  readonly kind: "folder";
  readonly folder: HostFolder;
  /** From the root on; "" for the root. */
  readonly path: string;
  /** By which the program finds it; null where it opened it itself. */
  readonly name: Uint8Array | null;
  /** What `fd_readdir` tells; null until it is asked. */
  entries: readonly FolderEntry[] | null;
}

/** A file that a program has open. */
export interface FileDescriptor {
  readonly kind: "file";
  readonly file: HostFile;
  readonly facts: FileFacts;
  position: number;
}

/** What a descriptor leads to. */
export type Descriptor = FolderDescriptor | FileDescriptor;

/** A program's descriptors, from 3 on: first the folders that it was given. */
export class GuestFiles {
  readonly #open: (Descriptor | null)[];

  constructor(folders: readonly GuestFolder[]) {
    this.#open = folders.map(({ name, folder }) => ({
      kind: "folder",
      folder,
      path: "",
      name: new TextEncoder().encode(name),
      entries: null,
    }));
  }

  /** What a descriptor leads to; null if it is not open, or a standard stream. */
  get(fd: number): Descriptor | null {
    return this.#open[fd - FIRST] ?? null;
  }

  /** Whether one more may be open. */
  get hasRoom(): boolean {
    return this.#open.filter((descriptor) => descriptor !== null).length < MOST_OPEN;
  }

  /** @returns Its number, the lowest that is free. */
  add(descriptor: Descriptor): number {
    const free = this.#open.indexOf(null);
    const index = free < 0 ? this.#open.length : free;
    this.#open[index] = descriptor;
    return index + FIRST;
  }

  /** @returns False if it was not open. */
  close(fd: number): boolean {
    const descriptor = this.get(fd);
    if (descriptor === null) return false;
    this.#open[fd - FIRST] = null;
    if (descriptor.kind === "file") void descriptor.file.close();
    return true;
  }

  /** The program has ended. */
  closeAll(): void {
    for (let index = 0; index < this.#open.length; index++) this.close(index + FIRST);
  }
}
