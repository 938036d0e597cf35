import assert from "node:assert/strict";
import { test } from "node:test";
import type { OpenFile } from "../../../src/contract/files.ts";
import { CachedFolder } from "../../../src/static/cached_folder.ts";
import { MemoryFolder } from "../../support/memory_folder.ts";

const START_MS = 1_700_000_000_000;
const OLD_MS = START_MS - 10_000;
const LIMITS = { bytes: 1_000_000, ttlMs: 1000, absentMs: 0 };

function scene(limits = LIMITS) {
  const below = new MemoryFolder();
  const clock = { nowMs: START_MS };
  return { below, clock, folder: new CachedFolder(below, limits, () => clock.nowMs) };
}

async function textOf(file: OpenFile): Promise<string> {
  const bytes = new Uint8Array(file.facts.size);
  const count = await file.read(bytes, 0);
  return new TextDecoder().decode(bytes.subarray(0, count));
}

test("CachedFolder opens and reads a file once for all who ask at once, and for those who come within its time", async () => {
  const { below, clock, folder } = scene();
  below.put("a", "text", OLD_MS);
  const files = await Promise.all(Array.from({ length: 50 }, () => folder.open("a")));
  clock.nowMs += 999;
  files.push(await folder.open("a"));
  assert.deepEqual(new Set(await Promise.all(files.map(textOf))), new Set(["text"]));
  assert.deepEqual([below.calls, below.openNow], [{ stat: 0, open: 1, read: 1 }, 0]);
  assert.equal(await textOf(files[0]!), "text");
  assert.equal(await files[0]!.read(new Uint8Array(4), 2), 2);
});

test("CachedFolder looks at a file after its time, once for all who ask, and reads it again only if it is another one", async () => {
  const { below, clock, folder } = scene();
  below.put("a", "one", OLD_MS);
  await folder.open("a");
  clock.nowMs += 1000;
  await Promise.all(Array.from({ length: 50 }, () => folder.open("a")));
  assert.deepEqual(below.calls, { stat: 1, open: 1, read: 1 });
  // Another inode is all that differs.
  below.put("a", "two", OLD_MS);
  assert.equal(await textOf(await folder.open("a")), "one");
  clock.nowMs += 1000;
  assert.equal(await textOf(await folder.open("a")), "two");
  for (const change of ["modifiedMs", "changedMs"] as const) {
    const { facts } = below.files.get("a")!;
    below.put("a", change.slice(0, 3), OLD_MS, { ...facts, [change]: OLD_MS - 1 });
    clock.nowMs += 1000;
    assert.equal(await textOf(await folder.open("a")), change.slice(0, 3));
  }
  below.files.delete("a");
  clock.nowMs += 1000;
  await assert.rejects(folder.open("a"), { code: "ENOENT" });
  assert.equal(below.openNow, 0);
});

test("CachedFolder reads a file again that was changed just before it was read: it may have been written again within a tick", async () => {
  const { below, clock, folder } = scene();
  below.put("a", "one", START_MS - 1);
  await folder.open("a");
  const { facts } = below.files.get("a")!;
  below.put("a", "two", 0, facts);
  clock.nowMs += 1000;
  assert.equal(await textOf(await folder.open("a")), "two");
  clock.nowMs += 5000;
  await folder.open("a");
  clock.nowMs += 5000;
  await folder.open("a");
  assert.deepEqual(below.calls, { stat: 1, open: 3, read: 3 });
});

test("CachedFolder leaves a large file, and one that has become shorter, to who opens it", async () => {
  const { below, folder } = scene();
  below.put("large", "x".repeat(262_145), OLD_MS);
  below.put("short", "text", OLD_MS, { size: 10 });
  for (const name of ["large", "short"]) {
    const files = await Promise.all([1, 2, 3].map(() => folder.open(name)));
    assert.equal(new Set(files).size, 3);
    assert.equal(below.openNow, 3, name);
    for (const file of files) await file.close();
  }
  assert.equal(below.openNow, 0);
});

test("CachedFolder tells all who wait that there is no file, and looks again for the next one", async () => {
  const { below, folder } = scene();
  const waiting = [1, 2, 3].map(() => assert.rejects(folder.open("a"), { code: "ENOENT" }));
  await Promise.all(waiting);
  assert.equal(below.calls.open, 1);
  below.put("a", "text", OLD_MS);
  assert.equal(await textOf(await folder.open("a")), "text");
});

test("CachedFolder: a clock that is set back makes no file last longer", async () => {
  const { below, clock, folder } = scene();
  below.put("a", "one", OLD_MS);
  await folder.open("a");
  clock.nowMs -= 3_600_000;
  below.put("a", "two", OLD_MS - 7_200_000);
  assert.equal(await textOf(await folder.open("a")), "two");
});

test("CachedFolder with a time of 0 looks at the file each time", async () => {
  const { below, folder } = scene({ ...LIMITS, ttlMs: 0 });
  below.put("a", "one", OLD_MS);
  await folder.open("a");
  below.put("a", "two", OLD_MS);
  assert.equal(await textOf(await folder.open("a")), "two");
});

test("CachedFolder remembers that there is no file for as long as it is told to", async () => {
  const { below, clock, folder } = scene({ ...LIMITS, absentMs: 5000 });
  below.put("docs/a", "text", OLD_MS);
  for (const [path, code] of [["none", "ENOENT"], ["docs", "EISDIR"]] as const) {
    for (let count = 0; count < 3; count++) await assert.rejects(folder.open(path), { code });
  }
  // A folder is none that is absent.
  assert.equal(below.calls.open, 4);
  below.put("none", "text", OLD_MS);
  clock.nowMs += 4999;
  await assert.rejects(folder.open("none"), { code: "ENOENT" });
  clock.nowMs += 1;
  assert.equal(await textOf(await folder.open("none")), "text");
});
