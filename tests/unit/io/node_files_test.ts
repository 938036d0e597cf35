import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { openNodeFolder } from "../../../src/io/node_files.ts";
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

test("openNodeFolder() reads files, folders and what is known of them", async () => {
  const files = await openNodeFolder(root);
  const { ino: inode, ctimeMs } = statSync(join(root, "text.txt"));
  const { changedMs, ...facts } = await files.stat("text.txt");
  assert.deepEqual(facts, { kind: "file", size: 10, modifiedMs: 1_000_000_000_000, inode });
  assert.ok(Math.abs(changedMs - ctimeMs) < 1, `${changedMs}, and not ${ctimeMs}`);
  const opened = await files.open("text.txt");
  const [now, later] = [new Uint8Array(4), new Uint8Array(4)];
  assert.deepEqual([opened.readNow?.(now, 8), await opened.read(later, 8)], [2, 2]);
  assert.deepEqual(now, later);
  await opened.close();
  assert.deepEqual([(await files.stat("")).kind, (await files.stat("below")).kind, (await files.stat("pipe")).kind], [
    "folder",
    "folder",
    "other",
  ]);
  assert.equal((await files.stat("fine")).size, 10);
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
  await file.close();
  await file.close();
});

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
  test(`openNodeFolder() opens no "${path}": ${code}`, async () => {
    const files = await openNodeFolder(root);
    await assert.rejects(files.open(path), (error: unknown) => (error as { code?: unknown }).code === code);
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
