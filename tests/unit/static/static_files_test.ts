import assert from "node:assert/strict";
import { test } from "node:test";
import { StaticFiles } from "../../../src/static/static_files.ts";
import type { StaticOptions } from "../../../src/static/static_options.ts";
import { folderOf, MODIFIED_MS, systemError } from "../../support/fake_folder.ts";

const NOW_MS = MODIFIED_MS + 10_000;

function siteOf(scene: ReturnType<typeof folderOf>, options: StaticOptions = {}): StaticFiles {
  return new StaticFiles(() => Promise.resolve(scene.folder), options, () => NOW_MS);
}

async function get(site: StaticFiles, path: string, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
  return await site.fetch(new Request(`http://a${path}`, { headers }));
}

test("StaticFiles with no descriptor left for the compressed file fails, and closes the other one", async () => {
  const scene = folderOf({ "a.txt": "text", "a.txt.br": { code: "EMFILE" } });
  await assert.rejects(get(siteOf(scene, { precompressed: true }), "/a.txt", { "accept-encoding": "br" }), { code: "EMFILE" });
  assert.deepEqual(scene.opened, { now: 0, ever: 1 });
});

test("StaticFiles closes its file at the body's end, when it is cancelled, and where no body is sent", async () => {
  const scene = folderOf({ "a.txt": "text", "index.html": "page" });
  const site = siteOf(scene, { cacheBytes: 0 });
  assert.equal(await (await get(site, "/a.txt")).text(), "text");
  assert.equal(scene.opened.now, 0);
  const cancelled = await get(site, "/");
  assert.equal(scene.opened.now, 1);
  await cancelled.body!.cancel();
  assert.equal(scene.opened.now, 0);
  const etag = cancelled.headers.get("etag")!;
  const rest: Readonly<Record<string, string>>[] = [{ "if-none-match": etag }, { "if-match": `"x"` }, { range: "bytes=9-" }];
  for (const headers of rest) await get(site, "/a.txt", headers);
  await site.fetch(new Request("http://a/a.txt", { method: "HEAD" }));
  assert.deepEqual(scene.opened, { now: 0, ever: 6 });
});

test("StaticFiles whose file has become shorter fails the body, and closes it", async () => {
  const scene = folderOf({ "a.txt": "text" }, { size: 100 });
  const response = await get(siteOf(scene), "/a.txt");
  await assert.rejects(response.text(), /send a\.txt: it has become shorter/);
  assert.equal(scene.opened.now, 0);
});

test("StaticFiles whose folder is not there looks for it anew with each request", async () => {
  const { folder } = folderOf({ "a.txt": "text" });
  let tries = 0;
  const site = new StaticFiles(() => ++tries < 3 ? Promise.reject(systemError("ENOENT")) : Promise.resolve(folder));
  await Promise.all([1, 2].map(() => assert.rejects(get(site, "/a.txt"), { code: "ENOENT" })));
  assert.equal(tries, 1);
  await assert.rejects(get(site, "/a.txt"), { code: "ENOENT" });
  for (let count = 0; count < 3; count++) assert.equal(await (await get(site, "/a.txt")).text(), "text");
  assert.equal(tries, 3);
});

test("StaticFiles says of a file from the future that it was changed now (RFC 9110 section 8.8.2.1)", async () => {
  const scene = folderOf({ "a.txt": "text" }, { modifiedMs: NOW_MS + 3_600_000 });
  const response = await get(siteOf(scene), "/a.txt");
  assert.equal(response.headers.get("last-modified"), new Date(NOW_MS).toUTCString());
  await response.body?.cancel();
});

test("StaticFiles: a folder, its prefix too, is sent on to its slash, and an index that is not to be read is a 403", async () => {
  const scene = folderOf({
    "": { code: "EISDIR" },
    "index.html": "top",
    "bare": { code: "EISDIR" },
    "docs": { code: "EISDIR" },
    "docs/index.html": "page",
    "secret/index.html": { code: "EACCES" },
  });
  const site = siteOf(scene, { prefix: "/assets" });
  const answers = await Promise.all(
    ["/assets", "/assets?a", "/assets/", "/assets/docs", "/assets/docs/", "/assets/secret/", "/assets/none/", "/assets/bare"].map((path) =>
      get(site, path)
    ),
  );
  assert.deepEqual(answers.map(({ status, headers }) => [status, headers.get("location")]), [
    [301, "./assets/"],
    [301, "./assets/?a"],
    [200, null],
    [301, "./docs/"],
    [200, null],
    [403, null],
    [404, null],
    // Nothing would answer behind its slash: an app may have that path.
    [404, null],
  ]);
  await answers[2]!.body!.cancel();
  await answers[4]!.body!.cancel();
  const plain = siteOf(folderOf({ "": { code: "EISDIR" }, "index.html": "page" }), { prefix: "/assets", redirect: false });
  assert.equal(await (await get(plain, "/assets")).text(), "page");
});

test("StaticFiles lets a file be kept for a year if its name has a hash, and not if it has a date", async () => {
  const kept = async (name: string) => {
    const response = await get(siteOf(folderOf({ [name]: "text" })), `/${name}`);
    await response.body!.cancel();
    return response.headers.get("cache-control");
  };
  const names = [
    "app.3f9a1c0b.js",
    "chunk-5d41402abc4b2a76.css",
    "news-20261128.html",
    "deadbeef.js",
    "a-facefeed.js",
    "3f9a1c0b/a.js",
    "a.3f9a1c0.js",
  ];
  const always = "public, max-age=31536000, immutable";
  assert.deepEqual(await Promise.all(names.map(kept)), [always, always, "no-cache", "no-cache", "no-cache", "no-cache", "no-cache"]);
});
