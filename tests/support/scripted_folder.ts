import type { FileFacts, OpenFile, ReadOnlyFolder } from "../../src/contract/files.ts";

/** What `ScriptedFolder` does where a file is opened: gives its text, or throws, at once or later. */
export type OpenScript = (path: string) => string | Promise<string>;

/** An error of the system's, with its code. */
export function systemError(code: string): Error {
  return Object.assign(new Error(code), { code });
}

/** A folder whose files are what a test says, so that it can fail as no disk does when it is wanted. */
export class ScriptedFolder implements ReadOnlyFolder {
  readonly #script: OpenScript;
  /** Files that were opened and are not closed. */
  held = 0;

  constructor(script: OpenScript) {
    this.#script = script;
  }

  async stat(path: string): Promise<FileFacts> {
    return factsOf(await this.#script(path));
  }

  async open(path: string): Promise<OpenFile> {
    const bytes = new TextEncoder().encode(await this.#script(path));
    this.held++;
    let isOpen = true;
    return {
      facts: { kind: "file", size: bytes.length, modifiedMs: 1_700_000_000_000, changedMs: 1_700_000_000_000, inode: 1 },
      read: (into, position) => {
        const part = bytes.subarray(position, position + into.length);
        into.set(part);
        return Promise.resolve(part.length);
      },
      close: () => {
        if (isOpen) this.held--;
        isOpen = false;
        return Promise.resolve();
      },
    };
  }

  list(): Promise<readonly never[]> {
    return Promise.resolve([]);
  }
}

function factsOf(text: string): FileFacts {
  return { kind: "file", size: text.length, modifiedMs: 1_700_000_000_000, changedMs: 1_700_000_000_000, inode: 1 };
}
