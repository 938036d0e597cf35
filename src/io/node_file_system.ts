import { constants } from "node:fs";
import { type FileHandle, open, realpath, stat } from "node:fs/promises";
import type { Stats } from "node:fs";
import type { FileFacts, FileSystem, OpenFile } from "../contract/file_system.ts";

/** Without O_NONBLOCK an open of a pipe waits for whoever writes it. */
const READ_WITHOUT_WAITING = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY;

/** The file system by `node:fs`, which is on all three runtimes. */
export function createNodeFiles(): FileSystem {
  return {
    async open(path) {
      const handle = await open(path, READ_WITHOUT_WAITING);
      try {
        return new NodeFile(handle, factsOf(await handle.stat()));
      } catch (error) {
        await handle.close();
        throw error;
      }
    },
    realPath: (path) => realpath(path),
    facts: async (path) => factsOf(await stat(path)),
  };
}

class NodeFile implements OpenFile {
  readonly facts: FileFacts;
  readonly #handle: FileHandle;

  constructor(handle: FileHandle, facts: FileFacts) {
    this.#handle = handle;
    this.facts = facts;
  }

  async read(buffer: Uint8Array, position: number): Promise<number> {
    let filled = 0;
    while (filled < buffer.length) {
      const { bytesRead } = await this.#handle.read(buffer, filled, buffer.length - filled, position + filled);
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    return filled;
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }
}

function factsOf(stats: Stats): FileFacts {
  const kind = stats.isFile() ? "file" : stats.isDirectory() ? "directory" : "other";
  return { kind, size: stats.size, mtimeMs: stats.mtimeMs, inode: stats.ino, device: stats.dev };
}
