import type { FileFacts, OpenFile, ReadOnlyFolder } from "../../src/contract/files.ts";

/** When its files were changed. */
export const MODIFIED_MS = 1_700_000_000_500;

/** What is in a fake folder, by paths: a file's text, or the code that opening it fails with. */
export type FakeFiles = Readonly<Record<string, string | { readonly code: string }>>;

/** A folder of files, and how many of them are open. */
export interface FakeFolder {
  readonly folder: ReadOnlyFolder;
  readonly opened: { now: number; ever: number };
}

/** What the system says. */
export function systemError(code: string): Error {
  return Object.assign(new Error(code), { code });
}

/** Makes a folder of these files; it has the folders that their paths have. */
export function folderOf(files: FakeFiles, facts: Partial<FileFacts> = {}): FakeFolder {
  const opened = { now: 0, ever: 0 };
  const factsOf = (size: number): FileFacts => ({
    kind: "file",
    size,
    modifiedMs: MODIFIED_MS,
    changedMs: MODIFIED_MS,
    inode: 1,
    ...facts,
  });
  const isFolder = (path: string) => path === "" || Object.keys(files).some((file) => file.startsWith(`${path}/`));
  const folder: ReadOnlyFolder = {
    async stat(path) {
      const found = files[path];
      if (typeof found === "string") return await Promise.resolve(factsOf(found.length));
      if (isFolder(path)) return { ...factsOf(0), kind: "folder" };
      throw systemError(found?.code ?? "ENOENT");
    },
    async list(path, most = Infinity) {
      if (!isFolder(path)) throw systemError(Object.hasOwn(files, path) ? "ENOTDIR" : "ENOENT");
      const below = Object.keys(files).map((file) => `/${file}`).filter((file) => file.startsWith(path === "" ? "/" : `/${path}/`));
      const names = new Set(below.map((file) => file.slice(path === "" ? 1 : path.length + 2).split("/")[0]!));
      const kindOf = (name: string) => isFolder(path === "" ? name : `${path}/${name}`) ? "folder" : "file";
      return await Promise.resolve([...names].slice(0, most).map((name) => ({ name, kind: kindOf(name) })));
    },
    async open(path) {
      const found = files[path];
      if (typeof found !== "string") throw systemError(found?.code ?? (isFolder(path) ? "EISDIR" : "ENOENT"));
      const bytes = new TextEncoder().encode(found);
      let isOpen = true;
      opened.now++;
      opened.ever++;
      const file: OpenFile = {
        facts: factsOf(bytes.length),
        read(into, position) {
          if (!isOpen) return Promise.reject(systemError("EBADF"));
          const part = bytes.subarray(position, position + into.length);
          into.set(part);
          return Promise.resolve(part.length);
        },
        close() {
          if (isOpen) opened.now--;
          isOpen = false;
          return Promise.resolve();
        },
      };
      return await Promise.resolve(file);
    },
  };
  return { folder, opened };
}
