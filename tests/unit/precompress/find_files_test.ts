import assert from "node:assert/strict";
import { test } from "node:test";
import { type FindCalls, findFiles } from "../../../src/precompress/find_files.ts";
import { createSite } from "../../support/static_site.ts";

const OPTIONS = { codings: ["gzip"], minSize: 100, dotfiles: false } as const;

function failure(code: string): Error {
  return Object.assign(new Error(`${code}: it failed`), { code });
}

function entry(name: string, kind: "file" | "folder") {
  return { name, isFile: () => kind === "file", isDirectory: () => kind === "folder" };
}

/** @param lists What is in each folder, by its name; or how reading it fails. */
function callsOf(lists: Readonly<Record<string, ReturnType<typeof entry>[] | Error>>): FindCalls {
  return {
    list(folder) {
      const found = lists[folder.slice(folder.lastIndexOf("/") + 1)] ?? lists[""]!;
      return found instanceof Error ? Promise.reject(found) : Promise.resolve(found);
    },
    look: (path) =>
      path.endsWith("/here.txt")
        ? Promise.resolve({ size: 1000n, mtimeNs: 1n, isFile: () => true })
        : Promise.reject(failure(path.endsWith("/hidden.txt") ? "EACCES" : "ENOENT")),
  };
}

test("findFiles() passes over what goes meanwhile, and what a name that is no UTF-8 leads to", async () => {
  const names = ["gone.txt", "\ufffd.txt", "hidden.txt", "here.txt"].map((name) => entry(name, "file"));
  const calls = callsOf({ "": [...names, entry("gone", "folder")], gone: failure("ENOENT") });
  const { files, wanted, failures } = await findFiles(createSite({}), OPTIONS, calls);
  assert.equal(files, 1);
  assert.deepEqual(wanted.map(({ source, size, coding }) => [source.slice(source.lastIndexOf("/") + 1), size, coding]), [
    ["here.txt", 1000, "gzip"],
  ]);
  assert.deepEqual(failures, []);
});

test("findFiles() tells of a folder that it cannot look into, and looks through the others", async () => {
  const calls = callsOf({
    "": [entry("locked", "folder"), entry("open", "folder")],
    locked: failure("EACCES"),
    open: [entry("here.txt", "file")],
  });
  const { files, failures } = await findFiles(createSite({}), OPTIONS, calls);
  assert.equal(files, 1);
  assert.equal(failures.length, 1);
  assert.match(failures[0]!, /^heddle: look into \S+\/locked: EACCES: it failed$/);
});
