import assert from "node:assert/strict";
import { test } from "node:test";
import { acceptsPage } from "../../../src/static/navigation.ts";
import type { StaticExpiry } from "../../../src/static/cache_rules.ts";
import { StaticFiles } from "../../../src/static/static_files.ts";
import type { StaticOptions } from "../../../src/static/static_options.ts";
import { type FakeFiles, folderOf, MODIFIED_MS } from "../../support/fake_folder.ts";

const NAVIGATION = { accept: "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8" };

function siteOf(files: FakeFiles, options: StaticOptions): StaticFiles {
  const { folder } = folderOf(files);
  return new StaticFiles(() => Promise.resolve(folder), options);
}

/** Asks each path, and gives status and text of each answer. */
async function askAll(site: StaticFiles, paths: readonly string[], headers: Readonly<Record<string, string>> = {}): Promise<string[]> {
  const answers = await Promise.all(paths.map((path) => site.fetch(new Request(`http://a${path}`, { headers }))));
  return await Promise.all(answers.map(async (answer) => `${answer.status} ${(await answer.text()).trim()}`.trim()));
}

test("StaticFiles tries path-info on a path that is no UTF-8 as it stands", async () => {
  const site = siteOf({ "a.css": "a" }, { prefix: "/%FF", expires: [{ subject: "path-info", pattern: "^/%FF/a", seconds: 60 }] });
  assert.equal((await headOf(site, "/%ff/a.css")).get("cache-control"), "no-cache");
  assert.equal((await headOf(site, "/%FF/a.css")).get("cache-control"), "max-age=60");
});

async function headOf(site: StaticFiles, path: string, init: RequestInit = {}): Promise<Headers> {
  const answer = await site.fetch(new Request(`http://a${path}`, init));
  await answer.body?.cancel();
  return answer.headers;
}

test("StaticFiles with keepPrefix looks for the whole path, and only below the prefix", async () => {
  const site = siteOf({ "assets/a.txt": "a", "assets/index.html": "page", "b.txt": "b" }, { prefix: "/assets", keepPrefix: true });
  assert.deepEqual(await askAll(site, ["/assets/a.txt", "/assets/", "/b.txt", "/assetsa.txt", "/assets", "/assets/b.txt"]), [
    "200 a",
    "200 page",
    "404 no such file",
    "404 no such file",
    "301",
    "404 no such file",
  ]);
});

test("StaticFiles leaves what ends with one of skipExtensions to the app, in any case, encoded or as an index", async () => {
  const files = { "a.php": "source", "A.PHP": "source", "docs/index.php": "source", "docs/index.html": "page", "a.php5": "text" };
  const site = siteOf(files, { skipExtensions: [".php"], index: ["index.php", "index.html"] });
  for (const path of ["/a.php", "/A.PHP", "/a.%70hp", "/docs/index.php", "/a.php?x"]) {
    assert.equal(await site.find(new Request(`http://a${path}`)), null, path);
  }
  assert.deepEqual(await askAll(site, ["/docs/", "/a.php5"]), ["200 page", "200 text"]);
  // Sent on to its slash, the app's own path would have nobody to answer it.
  const alone = siteOf({ "docs/index.php": "source" }, { skipExtensions: [".php"], index: ["index.php"] });
  assert.equal(await alone.find(new Request("http://a/docs")), null);
});

test("StaticFiles tries an expiry on what it names, and counts it from the file's own time: uWSGI's eight", async () => {
  const changed = Math.floor(MODIFIED_MS / 1000);
  const at = (seconds: number) => new Date((changed + seconds) * 1000).toUTCString();
  const cases: readonly (readonly [StaticExpiry, path: string, expected: string | null])[] = [
    [{ subject: "path", pattern: "^/a b\\.css$", seconds: 60 }, "/s/a%20b.css", "max-age=60"],
    [{ subject: "path", pattern: "text/css", seconds: 60 }, "/s/a%20b.css", null],
    [{ subject: "type", pattern: "^text/css", seconds: 60 }, "/s/a%20b.css", "max-age=60"],
    [{ subject: "type", pattern: "a b", seconds: 60 }, "/s/a%20b.css", null],
    [{ subject: "uri", pattern: "^/s/a%20b\\.css[?]v=1$", seconds: 60 }, "/s/a%20b.css?v=1", "max-age=60"],
    [{ subject: "uri", pattern: "[?]v=1", seconds: 60 }, "/s/a%20b.css", null],
    [{ subject: "path-info", pattern: "^/s/a b\\.css$", seconds: 60 }, "/s/a%20b.css?v=1", "max-age=60"],
    [{ subject: "path-info", pattern: "v=1", seconds: 60 }, "/s/a%20b.css?v=1", null],
    [{ subject: "path", pattern: "css", seconds: 60, from: "mtime" }, "/s/a%20b.css", at(60)],
    [{ subject: "type", pattern: "css", seconds: 0, from: "mtime" }, "/s/a%20b.css", at(0)],
    [{ subject: "uri", pattern: "v=1", seconds: 3600, from: "mtime" }, "/s/a%20b.css?v=1", at(3600)],
    [{ subject: "path-info", pattern: "css", seconds: 60, from: "mtime" }, "/s/a%20b.css", at(60)],
    [{ pattern: "css", seconds: 2 ** 31 - 1, from: "mtime" }, "/s/a%20b.css", at(2 ** 31 - 1)],
  ];
  for (const [expiry, path, expected] of cases) {
    const site = siteOf({ "a b.css": "a" }, { prefix: "/s", expires: [expiry] });
    // Twice: what is known by the path must not stand for what depends on the query.
    for (const other of ["/s/a%20b.css?v=2", path, path]) {
      const fields = await headOf(site, other);
      if (other !== path) continue;
      const found = [fields.get("cache-control"), fields.get("expires")];
      assert.deepEqual(found, expiry.from === "mtime" ? [null, expected] : [expected ?? "no-cache", null], `${expiry.subject} ${path}`);
    }
    const etag = (await headOf(site, path)).get("etag")!;
    const again = await headOf(site, path, { headers: { "if-none-match": etag } });
    if (expected !== null) assert.equal(again.get(expiry.from === "mtime" ? "expires" : "cache-control"), expected);
  }
  const wrong = (expiry: object) => () => siteOf({}, { expires: [{ pattern: "x", seconds: 1, ...expiry }] as StaticExpiry[] });
  assert.throws(wrong({ subject: "name" }), /TypeError: staticFiles\(\): x is tried on name: path, type, uri or path-info is meant/);
  assert.throws(wrong({ from: "then" }), /TypeError: staticFiles\(\): x expires from then on: now or mtime is meant/);
});

test("StaticFiles takes the first expiry that matches the path or the type, before a hash in the name", async () => {
  const files = { "css/a.css": "a", "app.3f9a1c0b.js": "b", "old.3f9a1c0b.js": "b", "x.txt": "c", "y.png": "d" };
  const options: StaticOptions = {
    cacheControl: "no-store",
    expires: [{ pattern: /^\/css\//g, seconds: 60 }, { pattern: "^image/", seconds: 3600 }, { pattern: "^/old", seconds: 0 }],
  };
  const site = siteOf(files, options);
  const cached = async (path: string) => (await headOf(site, path)).get("cache-control");
  // Twice: a global expression remembers where it was.
  for (let count = 0; count < 2; count++) assert.equal(await cached("/css/a.css"), "max-age=60");
  assert.equal(await cached("/y.png"), "max-age=3600");
  assert.equal(await cached("/old.3f9a1c0b.js"), "max-age=0");
  assert.equal(await cached("/app.3f9a1c0b.js"), "public, max-age=31536000, immutable");
  assert.equal(await cached("/x.txt"), "no-store");
});

test("StaticFiles gives the fallback to navigations alone, and never for the name of an asset", async () => {
  const files = { "index.html": "app", "docs/a.txt": "a", "denied": { code: "EACCES" } };
  const site = siteOf(files, { fallback: "/index.html" });
  const paths = [
    "/",
    "/users/7",
    "/users/john.doe",
    "/docs/",
    "/v1.2",
    "/app.js",
    "/a.map",
    "/none.html",
    "/.env",
    "/CON",
    "/denied",
    "/%00",
  ];
  assert.deepEqual(await askAll(site, paths, NAVIGATION), [
    ...Array(5).fill("200 app"),
    ...Array(5).fill("404 no such file"),
    "403 not permitted",
    "400 the path is not valid",
  ]);
  assert.deepEqual(await askAll(site, ["/users/7"]), ["404 no such file"]);
  assert.deepEqual(await askAll(site, ["/users/7"], { accept: "*/*" }), ["404 no such file"]);
  assert.equal(await site.find(new Request("http://a/users/7", { method: "POST", headers: NAVIGATION })), null);
  assert.equal((await headOf(site, "/users/7", { headers: NAVIGATION })).get("vary"), "accept");
  assert.equal((await headOf(site, "/users/7")).get("vary"), "accept");
  assert.equal((await headOf(site, "/")).get("vary"), null);
  assert.deepEqual(await askAll(siteOf({}, { fallback: "gone.html" }), ["/users/7"], NAVIGATION), ["404 no such file"]);
});

test("StaticFiles sends the file of notFound with a 404 where nobody else answers, and closes it", async () => {
  const { folder, opened } = folderOf({ "404.html": "<h1>nothing</h1>" });
  const site = new StaticFiles(() => Promise.resolve(folder), { notFound: "404.html" });
  assert.equal(await site.find(new Request("http://a/none")), null);
  assert.deepEqual(await askAll(site, ["/none", "/404.html"]), ["404 <h1>nothing</h1>", "200 <h1>nothing</h1>"]);
  const head = await site.fetch(new Request("http://a/none", { method: "HEAD" }));
  assert.deepEqual([head.status, head.headers.get("content-length"), head.body], [404, "16", null]);
  assert.equal(head.headers.get("content-type"), "text/html; charset=utf-8");
  assert.equal(opened.now, 0);
  assert.deepEqual(await askAll(siteOf({}, { notFound: "gone.html" }), ["/none"]), ["404 no such file"]);
});

test("StaticFiles with types of its own takes them first, with UTF-8 for text that names no charset", async () => {
  const types = { md: "text/markdown", ".WAT": "text/plain; charset=latin1", js: "application/x-own" };
  const site = siteOf({ "a.md": "", "a.wat": "", "a.js": "", "a.css": "" }, { types });
  const typeOf = async (path: string) => (await headOf(site, path)).get("content-type");
  assert.deepEqual(await Promise.all(["/a.md", "/a.wat", "/a.js", "/a.css"].map(typeOf)), [
    "text/markdown; charset=utf-8",
    "text/plain; charset=latin1",
    "application/x-own",
    "text/css; charset=utf-8",
  ]);
});

test("StaticFiles with cors lets pages of all origins read each answer, and answers their preflights", async () => {
  const site = siteOf({ "a.txt": "text" }, { cors: true });
  const etag = (await headOf(site, "/a.txt")).get("etag")!;
  const rest: readonly (readonly [path: string, init?: RequestInit])[] = [
    ["/a.txt", { headers: { "if-none-match": etag } }],
    ["/a.txt", { headers: { range: "bytes=9-" } }],
    ["/none"],
    ["/%00"],
    ["/a.txt", { method: "POST" }],
  ];
  for (const [path, init] of rest) assert.equal((await headOf(site, path, init)).get("access-control-allow-origin"), "*", path);
  const preflight = await headOf(site, "/a.txt", { method: "OPTIONS" });
  assert.equal(preflight.get("access-control-allow-methods"), "GET, HEAD, OPTIONS");
  assert.match(preflight.get("access-control-allow-headers") ?? "", /\brange\b/);
  assert.equal((await headOf(siteOf({}, {}), "/", { method: "OPTIONS" })).get("access-control-allow-methods"), null);
});

const WRONG: readonly (readonly [options: StaticOptions, error: typeof TypeError | typeof RangeError | typeof SyntaxError])[] = [
  [{ prefix: "assets" }, TypeError],
  [{ skipExtensions: [""] }, TypeError],
  [{ fallback: "../index.html" }, TypeError],
  [{ fallback: "" }, TypeError],
  [{ notFound: "a//b" }, TypeError],
  [{ index: ["../index.html"] }, TypeError],
  [{ cacheControl: "no-cache\r\nx: y" }, TypeError],
  [{ cacheControl: "" }, TypeError],
  [{ cacheBytes: -1 }, RangeError],
  [{ cacheTtlMs: NaN }, RangeError],
  [{ cachePathsMs: -5 }, RangeError],
  [{ notFound: "/a/./b" }, TypeError],
  [{ types: { "": "text/plain" } }, TypeError],
  [{ types: { "tar.gz": "application/gzip" } }, TypeError],
  [{ types: { md: "markdown" } }, TypeError],
  [{ types: { md: "text/markdown\r\nx: y" } }, TypeError],
  [{ expires: [{ pattern: /x/, seconds: -1 }] }, RangeError],
  [{ expires: [{ pattern: /x/, seconds: 1.5 }] }, RangeError],
  [{ expires: [{ pattern: /x/, seconds: 2 ** 31 }] }, RangeError],
  [{ expires: [{ pattern: "(", seconds: 1 }] }, SyntaxError],
];

for (const [options, error] of WRONG) {
  test(`StaticFiles refuses ${JSON.stringify(options)}`, () => assert.throws(() => siteOf({}, options), error));
}

const ACCEPTED: readonly (readonly [accept: string | null, expected: boolean])[] = [
  [NAVIGATION.accept, true],
  ["TEXT/HTML", true],
  ["application/json, text/html;level=1;q=0.5", true],
  ["text/html;q=0", false],
  ["text/html; q=0.000", false],
  ["text/html;q=0.001", true],
  ["*/*", false],
  ["text/*", false],
  ["text/htmlx", false],
  ["image/avif,image/webp,*/*;q=0.8", false],
  ["", false],
  [null, false],
];

for (const [accept, expected] of ACCEPTED) {
  test(`acceptsPage() of ${accept} is ${expected}`, () => assert.equal(acceptsPage(accept), expected));
}
