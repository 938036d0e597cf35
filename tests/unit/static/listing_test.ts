import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import type { FolderEntry, ReadOnlyFolder } from "../../../src/contract/files.ts";
import { LISTING_POLICY, LISTING_STYLE } from "../../../src/static/listing_page.ts";
import { StaticFiles } from "../../../src/static/static_files.ts";
import type { StaticOptions } from "../../../src/static/static_options.ts";
import { type FakeFiles, folderOf } from "../../support/fake_folder.ts";

function siteOf(files: FakeFiles, options: StaticOptions = {}): StaticFiles {
  const { folder } = folderOf(files);
  return new StaticFiles(() => Promise.resolve(folder), { listing: true, ...options });
}

async function page(site: StaticFiles, path: string): Promise<string> {
  const answer = await site.fetch(new Request(`http://a${path}`));
  assert.equal(answer.status, 200, path);
  return await answer.text();
}

/** Where the links of its table lead, decoded. */
function linksOf(html: string): string[] {
  return [...html.matchAll(/<th scope="row"><a href="\.\/([^"]*)"/g)].map((match) => decodeURIComponent(match[1]!));
}

test("StaticFiles lists a folder without an index: folders first, then by name in any case, and nothing that is not served", async () => {
  const files = {
    "b.txt": "12345",
    "A.txt": "",
    "docs/x": "",
    "Zoo/x": "",
    ".git/config": "",
    ".well-known/acme": "",
    "CON": "",
    "a:b": "",
    "a\nb": "",
    "a\\b": "",
    "end.": "",
    "x.php": "",
    "\ud800": "",
    "led": { code: "ENOTCAPABLE" },
  };
  const html = await page(siteOf(files, { skipExtensions: [".php"] }), "/");
  assert.deepEqual(linksOf(html), [".well-known/", "docs/", "Zoo/", "A.txt", "b.txt"]);
  assert.match(html, /<data value="5">5 B<\/data>.*<time datetime="2023-11-14T22:13:20Z">2023-11-14 22:13 UTC<\/time>/);
  assert.deepEqual(linksOf(await page(siteOf(files, { dotfiles: true }), "/.git/")), ["config"]);
});

// One such file made the whole of its folder a 500, and its own answer had "Last-Modified: Invalid Date".
test("StaticFiles says of times that HTTP has no date for the nearest one that it has", async () => {
  for (const [modifiedMs, date] of [[-9e15, "0001-01-01"], [-6.3e13, "0001-01-01"], [9e15, "9999-12-31"], [3e14, "9999-12-31"]] as const) {
    const { folder } = folderOf({ "a.txt": "text" }, { modifiedMs });
    const site = new StaticFiles(() => Promise.resolve(folder), { listing: true });
    assert.match(await page(site, "/"), new RegExp(`<time datetime="${date}T[0-9:]{8}Z">${date} `));
    const answer = await site.fetch(new Request("http://a/a.txt"));
    assert.match(answer.headers.get("last-modified")!, /^[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT$/);
  }
});

test("StaticFiles lists no folder that has an index or is not there, and none without the option", async () => {
  const files = { "index.html": "index", "docs/x": "" };
  assert.equal(await page(siteOf(files), "/"), "index");
  for (
    const [site, path] of [[siteOf(files), "/none/"], [siteOf(files), "/index.html/"], [
      siteOf(files, { listing: false }),
      "/docs/",
    ]] as const
  ) {
    assert.equal((await site.fetch(new Request(`http://a${path}`))).status, 404, path);
  }
});

test("StaticFiles writes names into a listing so that they stay text, and links that lead to them alone", async () => {
  const names = ["<script>alert(1)</script>", `"'&`, "a b%20#?;.txt", "javascript;alert", "&lt;", "caf\u00e9", "\u202etxt.exe"];
  const html = await page(siteOf(Object.fromEntries(names.map((name) => [`${name.replaceAll("/", "|")}`, ""]))), "/");
  assert.deepEqual(linksOf(html).sort(), names.map((name) => name.replaceAll("/", "|")).sort());
  assert.ok(!html.includes("<script") && !html.includes(`"'&<`));
  assert.ok(html.includes("<bdi>&amp;lt;</bdi>") && html.includes(`href="./a%20b%2520%23%3F%3B.txt"`));
  assert.ok(html.includes("<bdi>\\u{202e}txt.exe</bdi>") && !html.includes("\u202e"));
  const below = await page(siteOf({ "<b>/x": "" }, { prefix: "/a%22b" }), "/a%22b/%3Cb%3E/");
  assert.ok(below.includes("<h1>Index of <bdi>/a%22b/&lt;b&gt;/</bdi></h1>") && !below.includes("<b>"));
});

test("StaticFiles leads from a listing upwards, as far as the folder goes", async () => {
  const upwards = (html: string) => [...html.matchAll(/href="((?:\.\.\/)+)"/g)].map((match) => match[1]);
  const files = { "a/b/c.txt": "", "x": "" };
  assert.deepEqual(upwards(await page(siteOf(files), "/a/b/")), ["../../", "../"]);
  assert.deepEqual(upwards(await page(siteOf(files), "/")), []);
  assert.deepEqual(upwards(await page(siteOf(files, { prefix: "/p" }), "/p/a/")), ["../"]);
  assert.deepEqual(upwards(await page(siteOf(files, { prefix: "/a", keepPrefix: true }), "/a/b/")), ["../"]);
});

test("StaticFiles lists a precompressed file once", async () => {
  const files = { "a.js": "", "a.js.br": "", "a.js.gz": "", "only.gz": "" };
  assert.deepEqual(linksOf(await page(siteOf(files, { precompressed: true }), "/")), ["a.js", "only.gz"]);
  assert.equal(linksOf(await page(siteOf(files), "/")).length, 4);
});

/** A folder of so many files, which counts what is asked of it. */
function hugeFolder(count: number) {
  const asked = { lists: 0, stats: 0, atOnce: 0, most: 0 };
  const folder: ReadOnlyFolder = {
    open: () => Promise.reject(Object.assign(new Error("none"), { code: "ENOENT" })),
    async list(_path, most = Infinity) {
      asked.lists++;
      const entries = Array.from(
        { length: Math.min(count, most) },
        (_, at): FolderEntry => ({ name: `file-${String(at).padStart(6, "0")}`, kind: "file" }),
      );
      return await Promise.resolve(entries.reverse());
    },
    async stat() {
      asked.stats++;
      asked.most = Math.max(asked.most, ++asked.atOnce);
      await Promise.resolve();
      asked.atOnce--;
      return { kind: "file", size: 1, modifiedMs: 0, changedMs: 0, inode: 1 };
    },
  };
  return { folder, asked };
}

test("StaticFiles lists 150,000 entries by pages of a thousand, 100,000 at most, and asks about a page's alone", async () => {
  const { folder, asked } = hugeFolder(150_000);
  const site = new StaticFiles(() => Promise.resolve(folder), { listing: true });
  const first = await page(site, "/");
  assert.match(first, /<caption>100000 entries, and more, which are not listed, page 1 of 100<\/caption>/);
  assert.equal(linksOf(first).length, 1000);
  assert.equal(asked.stats, 1000);
  assert.ok(asked.most <= 16, `${asked.most} at once`);
  assert.ok(first.includes(`<a href="?page=2" rel="next">`) && !first.includes(`rel="prev"`));
  assert.ok(first.length < 300_000, `${first.length} characters`);
  const last = await page(site, "/?page=999999");
  assert.match(last, /page 100 of 100/);
  assert.ok(last.includes(`<a href="?page=99" rel="prev">`) && !last.includes(`rel="next"`));
  for (const query of ["?page=0", "?page=-1", "?page=1e9", "?page=x", "?page=99999999999"]) {
    assert.match(await page(site, `/${query}`), /page 1 of/);
  }
});

test("StaticFiles makes one listing for all who ask for it at once, and others after it", async () => {
  const { folder, asked } = hugeFolder(10);
  const site = new StaticFiles(() => Promise.resolve(folder), { listing: true });
  await Promise.all(Array.from({ length: 50 }, () => page(site, "/")));
  assert.equal(asked.lists, 1);
  await Promise.all(["/", "/?page=2", "/a/", "/b/"].map((path) => page(site, path)));
  assert.equal(asked.lists, 5);
  assert.ok(asked.most <= 16, `${asked.most} at once`);
});

test("StaticFiles answers a listing's HEAD with its length, lets it do nothing but look, and a failed one does not end those after it", async () => {
  let code: string | null = "EMFILE";
  const { folder } = folderOf({ "a.txt": "" });
  const failing: ReadOnlyFolder = {
    ...folder,
    list: (path, most) => code === null ? folder.list(path, most) : Promise.reject(Object.assign(new Error(code), { code })),
  };
  const site = new StaticFiles(() => Promise.resolve(failing), { listing: true });
  await assert.rejects(async () => await site.fetch(new Request("http://a/")), { code: "EMFILE" });
  code = "EACCES";
  assert.equal((await site.fetch(new Request("http://a/"))).status, 403);
  code = null;
  const html = await page(site, "/");
  const head = await site.fetch(new Request("http://a/", { method: "HEAD" }));
  assert.deepEqual([head.body, head.headers.get("content-length")], [null, String(new TextEncoder().encode(html).length)]);
  assert.equal(head.headers.get("content-security-policy"), LISTING_POLICY);
  assert.ok(LISTING_POLICY.includes(`'sha256-${createHash("sha256").update(LISTING_STYLE).digest("base64")}'`));
  assert.ok(html.includes(`<style>${LISTING_STYLE}</style>`));
});
