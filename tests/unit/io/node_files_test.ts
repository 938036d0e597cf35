import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import type { HostFolder } from "../../../src/contract/files.ts";
import { NodeFolder, openNodeFolder, openNodeSite } from "../../../src/io/node_files.ts";
import { openStandingFolder } from "../../../src/io/node_files_standing.ts";
import { withSwappedFolder } from "../../support/swapped_folder.ts";

const folder = mkdtempSync(join(tmpdir(), "heddle-files-"));
after(() => rmSync(folder, { recursive: true }));
const root = join(folder, "root");
mkdirSync(join(root, "below"), { recursive: true });
mkdirSync(join(folder, "root-beside"));
writeFileSync(join(folder, "root-beside", "other.txt"), "other");
writeFileSync(join(folder, "outside.txt"), "outside");
writeFileSync(join(root, "text.txt"), "0123456789");
writeFileSync(join(root, "below", "deep.txt"), "deep");
utimesSync(join(root, "text.txt"), 1_000_000_000, 1_000_000_000);
for (
  const [target, name] of [["text.txt", "fine"], ["../outside.txt", "out"], ["..", "up"], ["../root-beside", "beside"], ["loop", "loop"]]
) {
  symlinkSync(target!, join(root, name!));
}
execFileSync("mkfifo", [join(root, "pipe")]);

/** The same calls, by promises and by standing still. */
const OPENERS: readonly (readonly [name: string, open: (path: string) => HostFolder | Promise<HostFolder>])[] = [
  ["openNodeFolder()", openNodeFolder],
  ["openStandingFolder()", openStandingFolder],
];

for (const [name, openFolder] of OPENERS) {
  test(`${name} reads files, folders and what is known of them`, async () => {
    const files = await openFolder(root);
    const { ino: inode, ctimeNs } = statSync(join(root, "text.txt"), { bigint: true });
    const changedMs = Number(ctimeNs) / 1e6;
    assert.deepEqual(await files.stat("text.txt"), {
      kind: "file",
      size: 10,
      modifiedMs: 1_000_000_000_000,
      changedMs,
      inode: Number(inode),
    });
    assert.deepEqual([(await files.stat("")).kind, (await files.stat("below")).kind, (await files.stat("pipe")).kind], [
      "folder",
      "folder",
      "other",
    ]);
    assert.equal((await files.stat("fine")).size, 10);
    assert.equal((await files.list("", 3)).length, 3);
    assert.deepEqual((await files.list("", 100)).map(({ name }) => name).sort(), (await files.list("")).map(({ name }) => name).sort());
    const names = (await files.list("")).map(({ name, kind }) => `${name} ${kind}`).sort();
    assert.deepEqual(names, [
      "below folder",
      "beside other",
      "fine other",
      "loop other",
      "out other",
      "pipe other",
      "text.txt file",
      "up other",
    ]);
    const file = await files.open("text.txt");
    const into = new Uint8Array(4);
    assert.deepEqual([await file.read(into, 8), into.subarray(0, 2)], [2, new TextEncoder().encode("89")]);
    assert.equal(await file.read(into, 10), 0);
    const now = new Uint8Array(4);
    assert.deepEqual([file.readNow?.(now, 8), now.subarray(0, 2)], [2, new TextEncoder().encode("89")]);
    await file.close();
    await file.close();
  });
}

const refused: readonly (readonly [path: string, code: string])[] = [
  ["out", "ENOTCAPABLE"],
  ["up/outside.txt", "ENOTCAPABLE"],
  ["up/root-beside/other.txt", "ENOTCAPABLE"],
  ["beside/other.txt", "ENOTCAPABLE"],
  ["loop", "ELOOP"],
  ["none", "ENOENT"],
  ["text.txt/x", "ENOTDIR"],
  ["below", "EISDIR"],
  ["pipe", "ENXIO"],
];

for (const [path, code] of refused) {
  for (const [name, openFolder] of OPENERS) {
    test(`${name} opens no "${path}": ${code}`, async () => {
      const files = await openFolder(root);
      await assert.rejects(async () => await files.open(path), (error: unknown) => (error as { code?: unknown }).code === code);
    });
  }
}

test("openStandingFolder() gives values, and no promises", () => {
  const files = openStandingFolder(root);
  const file = files.open("text.txt");
  for (const value of [files.stat("below"), files.list(""), file]) assert.ok(!(value instanceof Promise));
  if (!(file instanceof Promise)) assert.deepEqual([file.read(new Uint8Array(4), 0), file.close()], [4, undefined]);
});

// Deno's promise never settled, and its own error ended the process: whoever may unpack an archive below the folder could have that.
for (const [name, openFolder] of OPENERS) {
  test(`${name} tells of a time that no Date has, or says that it cannot`, async () => {
    // Other file systems have the last time that they can write instead.
    const far = mkdtempSync(join(existsSync("/dev/shm") ? "/dev/shm" : tmpdir(), "heddle-files-"));
    try {
      writeFileSync(join(far, "a.txt"), "text");
      execFileSync("touch", ["-d", "@8640000000001", join(far, "a.txt")]);
      const files = await openFolder(far);
      const isTold = (outcome: unknown) => {
        const { code, modifiedMs } = outcome as { readonly code?: string; readonly modifiedMs?: number };
        return code === "EOVERFLOW" || modifiedMs! > 4e12;
      };
      const openFile = async () => {
        const file = await files.open("a.txt");
        await file.close();
        return file.facts;
      };
      for (const ask of [async () => await files.stat("a.txt"), openFile]) {
        const outcome = await ask().catch((error: unknown) => error);
        assert.ok(isTold(outcome), JSON.stringify(outcome));
      }
    } finally {
      rmSync(far, { recursive: true });
    }
  });
}

test("openNodeFolder() follows a link to a folder that is safe, and to none beside it", async () => {
  const files = await openNodeFolder(root, [join(folder, "root-beside")]);
  const file = await files.open("beside/other.txt");
  const into = new Uint8Array(9);
  assert.deepEqual([await file.read(into, 0), into.subarray(0, 5)], [5, new TextEncoder().encode("other")]);
  await file.close();
  await assert.rejects(files.open("out"), { code: "ENOTCAPABLE" });
});

test("openNodeFolder() of what is no folder rejects", async () => {
  await assert.rejects(openNodeFolder(join(folder, "none")));
  await assert.rejects(openNodeFolder(join(folder, "outside.txt")));
  assert.throws(() => openStandingFolder(join(folder, "none")));
  assert.throws(() => openStandingFolder(join(folder, "outside.txt")));
});

// Between the look and the open a folder of the path becomes a link that leads out, over and over, by another process.
test("openNodeFolder() gives nothing from outside while a folder becomes a link and back", { timeout: 60_000 }, async () => {
  await withSwappedFolder(async (swapped) => {
    const files = await openNodeFolder(swapped);
    let opened = 0;
    for (let count = 0; count < 3000 || opened === 0; count++) {
      const file = await files.open("real/file").catch(() => null);
      if (file === null) continue;
      const into = new Uint8Array(6);
      await file.read(into, 0);
      await file.close();
      opened++;
      assert.equal(new TextDecoder().decode(into), "inside");
    }
  });
});

test("openNodeFolder() lists no names from outside while a folder becomes a link and back", { timeout: 60_000 }, async () => {
  await withSwappedFolder(async (swapped) => {
    const files = await openNodeFolder(swapped);
    let listed = 0;
    for (let count = 0; count < 3000 || listed === 0; count++) {
      const entries = await files.list("real", count % 2 === 0 ? undefined : 10).catch(() => null);
      if (entries === null) continue;
      listed++;
      assert.deepEqual(entries.map(({ name }) => name), ["file"]);
    }
  });
});

test(
  "NodeFolder gives a single file that was replaced once it was open, and none from beside it",
  { skip: process.platform !== "linux" },
  async () => {
    const one = join(root, "text.txt");
    const calls = { realpath: () => one, open: () => openFake(one), lstat: () => fail(), readdir: () => fail() };
    const openFake = (path: string) => {
      const stats = statSync(path, { bigint: true });
      return { fd: 9, stat: () => stats, read: () => 0, close: () => {} };
    };
    const fail = () => {
      throw new Error("not to be called");
    };
    const opened = (readlink: string) => new NodeFolder([one], { ...calls, readlink: () => readlink }).open("");
    assert.equal((await opened(one)).facts.size, 10);
    assert.equal((await opened(`${one} (deleted)`)).facts.size, 10);
    for (const other of [`${one}2 (deleted)`, `${one}2`, `${one} (deleted) (deleted)`]) {
      assert.throws(() => opened(other), { code: "ENOTCAPABLE" }, other);
    }
  },
);

test(
  "openNodeSite() gives a single file while it is replaced again and again",
  { skip: process.platform !== "linux", timeout: 60_000 },
  async () => {
    const path = join(folder, "replaced.txt");
    writeFileSync(path, "0");
    const site = await openNodeSite(path);
    for (let count = 0; count < 200; count++) {
      const opening = site.open("");
      writeFileSync(`${path}.new`, String(count));
      renameSync(`${path}.new`, path);
      await (await opening).close();
    }
  },
);
