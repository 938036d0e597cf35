import type { FileFacts, OpenFile, ReadOnlyFolder } from "../../src/contract/files.ts";

/** A file of a `MemoryFolder`. */
export interface MemoryFile {
  readonly content: Uint8Array;
  readonly facts: FileFacts;
}

/** A folder in memory, which counts what it is asked. Its paths are files; those that a longer one has above it are folders. */
export class MemoryFolder implements ReadOnlyFolder {
  readonly files = new Map<string, MemoryFile>();
  /** Calls so far, by their names. */
  readonly calls = { stat: 0, open: 0, read: 0 };
  openNow = 0;
  #inode = 1;

  /** Puts a file there, another one than what was there. */
  put(path: string, content: string, ms: number, facts: Partial<FileFacts> = {}): void {
    const bytes = new TextEncoder().encode(content);
    const all = { kind: "file", size: bytes.length, modifiedMs: ms, changedMs: ms, inode: this.#inode++, ...facts } as const;
    this.files.set(path, { content: bytes, facts: all });
  }

  async stat(path: string): Promise<FileFacts> {
    this.calls.stat++;
    await null;
    return this.#find(path).facts;
  }

  async open(path: string): Promise<OpenFile> {
    this.calls.open++;
    await null;
    const { content, facts } = this.#find(path);
    this.openNow++;
    let isOpen = true;
    return {
      facts,
      read: async (into, position) => {
        this.calls.read++;
        await null;
        if (!isOpen) throw systemError("EBADF");
        const part = content.subarray(position, position + into.length);
        into.set(part);
        return part.length;
      },
      close: () => {
        if (isOpen) this.openNow--;
        isOpen = false;
        return Promise.resolve();
      },
    };
  }

  list(): Promise<never> {
    return Promise.reject(systemError("ENOENT"));
  }

  #find(path: string): MemoryFile {
    const file = this.files.get(path);
    if (file !== undefined) return file;
    const isFolder = path === "" || [...this.files.keys()].some((other) => other.startsWith(`${path}/`));
    throw systemError(isFolder ? "EISDIR" : "ENOENT");
  }
}

function systemError(code: string): Error {
  return Object.assign(new Error(code), { code });
}
