import assert from "node:assert/strict";
import { test } from "node:test";
import { StaticFiles } from "../../../src/static/static_files.ts";
import type { StaticOptions } from "../../../src/static/static_options.ts";
import { MemoryFolder } from "../../support/memory_folder.ts";

const START_MS = 1_700_000_000_300;

function scene(options: StaticOptions = {}) {
  const folder = new MemoryFolder();
  const clock = { nowMs: START_MS };
  const site = new StaticFiles(() => Promise.resolve(folder), options, () => clock.nowMs);
  const get = async (path: string, headers: Readonly<Record<string, string>> = {}) => {
    const response = await site.fetch(new Request(`http://a${path}`, { headers }));
    return { status: response.status, headers: response.headers, body: await response.text() };
  };
  return { folder, clock, site, get };
}

test("StaticFiles answers what is in memory at once, and asks its folder nothing", async () => {
  const { folder, clock, site, get } = scene();
  folder.put("a.txt", "text", START_MS - 10_000);
  assert.ok(site.find(new Request("http://a/a.txt")) instanceof Promise);
  const first = await get("/a.txt");
  const calls = { ...folder.calls };
  clock.nowMs += 999;
  const etag = first.headers.get("etag")!;
  const conditions: Readonly<Record<string, string>>[] = [{}, { "if-none-match": etag }, {
    "if-modified-since": first.headers.get("last-modified")!,
  }];
  for (const headers of conditions) {
    const found = site.find(new Request("http://a/a.txt?x=/../", { headers }));
    assert.ok(found instanceof Response);
    assert.equal(found.status, Object.keys(headers).length === 0 ? 200 : 304);
    await found.text();
  }
  assert.deepEqual(folder.calls, calls);
  clock.nowMs += 1;
  assert.ok(site.find(new Request("http://a/a.txt")) instanceof Promise);
});

test("StaticFiles says of a file from the future that it was changed now, each time", async () => {
  const { folder, clock, get } = scene();
  folder.put("a.txt", "text", START_MS + 3_600_000);
  for (let count = 0; count < 3; count++) {
    clock.nowMs += 900;
    assert.equal((await get("/a.txt")).headers.get("last-modified"), new Date(clock.nowMs).toUTCString());
  }
});

test("StaticFiles has no answer last longer than the oldest of the files that it is made of", async () => {
  const { folder, clock, get } = scene({ precompressed: true });
  folder.put("a.txt", "text", START_MS - 10_000);
  folder.put("a.txt.gz", "old", START_MS - 10_000);
  await get("/a.txt.gz");
  folder.put("a.txt.gz", "new", START_MS + 1);
  clock.nowMs += 999;
  assert.equal((await get("/a.txt", { "accept-encoding": "gzip" })).body, "old");
  clock.nowMs += 2;
  assert.equal((await get("/a.txt", { "accept-encoding": "gzip" })).body, "new");
});

test("StaticFiles with cacheBytes 0 asks its folder each time, and with cacheTtlMs 0 looks at the file", async () => {
  for (
    const [options, expected] of [[{ cacheBytes: 0 }, { stat: 0, open: 2, read: 2 }], [{ cacheTtlMs: 0 }, {
      stat: 1,
      open: 1,
      read: 1,
    }]] as const
  ) {
    const { folder, get } = scene(options);
    folder.put("a.txt", "text", START_MS - 10_000);
    for (let count = 0; count < 2; count++) assert.equal((await get("/a.txt")).body, "text");
    assert.deepEqual(folder.calls, expected);
  }
});
