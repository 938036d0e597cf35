import assert from "node:assert/strict";
import { test } from "node:test";
import { parseMimeTypes } from "../../../src/options/mime_types.ts";
import { readOptions } from "../../../src/options/read.ts";
import { EXPIRES } from "../../../src/options/expires.ts";
import { EXTENSION, FILE_BELOW, FOLDER, INDEX_NAME, STATIC_MAP } from "../../../src/options/static.ts";
import { expandStatic } from "../../../src/options/static_command.ts";
import { namesFolders, staticMapsOf } from "../../../src/options/static_maps.ts";
import { SERVE_OPTIONS, type ServeOptionName, type ServeOptionValues } from "../../../src/options/table.ts";

function valuesOf(given: Partial<Record<ServeOptionName, readonly string[]>>): ServeOptionValues {
  const options = Object.fromEntries(Object.entries(given).map(([name, texts]) => [name, { source: name, texts }]));
  return readOptions(SERVE_OPTIONS, options);
}

function refuses(unit: { parse(text: string): unknown }, texts: readonly string[], message: RegExp): void {
  for (const text of texts) assert.throws(() => unit.parse(text), { name: "ConfigError", message }, text);
}

test("STATIC_MAP reads /PREFIX=DIR; the folder may have a = of its own", () => {
  assert.deepEqual(STATIC_MAP.parse("/assets=./public"), { prefix: "/assets", root: "./public" });
  assert.deepEqual(STATIC_MAP.parse("/=/srv/a=b"), { prefix: "/", root: "/srv/a=b" });
  refuses(STATIC_MAP, ["", "/assets", "=/srv", "assets=/srv", "/a=", "/a?b=/srv", "/a=\0"], /not \/PREFIX=DIR, such as/);
});

test("INDEX_NAME reads a name, and none for no index", () => {
  assert.deepEqual(["index.html", "none"].map((text) => INDEX_NAME.parse(text)), ["index.html", null]);
  refuses(INDEX_NAME, ["", "a/b", "\0"], /not a file's name/);
});

test("EXTENSION gives an ending its dot", () => {
  assert.deepEqual([".php", "php", ".tar.gz"].map((text) => EXTENSION.parse(text)), [".php", ".php", ".tar.gz"]);
  refuses(EXTENSION, ["", ".", "a/b"], /not an ending of names/);
});

test("EXPIRES reads a pattern and whole seconds behind its last =", () => {
  assert.deepEqual(EXPIRES.parse("\\.css$=1h"), { pattern: "\\.css$", seconds: 3600 });
  assert.deepEqual(EXPIRES.parse("v=\\d+=0.5"), { pattern: "v=\\d+", seconds: 1 });
  refuses(EXPIRES, ["", "=5", ".css"], /not PATTERN=SECONDS/);
  refuses(EXPIRES, ["uri:=5", "type:", "path:.css"], /not PATTERN=SECONDS/);
  refuses(EXPIRES, ["(=5"], /"\(" is no regular expression/);
  refuses(EXPIRES, ["a=b", "a=mtime", "a=mtime5", "a=mtime+", "a=MTIME+5"], /not a duration/);
});

test("EXPIRES reads what a pattern is tried on, and from when the seconds count: uWSGI's eight options", () => {
  assert.deepEqual(EXPIRES.parse("path:\\.css$=60"), { pattern: "\\.css$", subject: "path", seconds: 60 });
  assert.deepEqual(EXPIRES.parse("type:^image/=mtime+1d"), { pattern: "^image/", subject: "type", seconds: 86_400, from: "mtime" });
  assert.deepEqual(EXPIRES.parse("uri:[?]v==60"), { pattern: "[?]v=", subject: "uri", seconds: 60 });
  assert.deepEqual(EXPIRES.parse("path-info:^/a:b=0"), { pattern: "^/a:b", subject: "path-info", seconds: 0 });
  assert.deepEqual(EXPIRES.parse("(?:a|b)=1"), { pattern: "(?:a|b)", seconds: 1 });
  refuses(EXPIRES, ["pathinfo:x=1"], /"pathinfo:" is none of path:, type:, uri:, path-info:; did you mean "path-info:"\?/);
  refuses(EXPIRES, ["mime:x=1", "URI:x=1"], /is none of path:, type:, uri:, path-info:/);
});

test("FILE_BELOW reads a path that stays below its folder, and FOLDER any path", () => {
  assert.deepEqual(["404.html", "errors/404.html"].map((text) => FILE_BELOW.parse(text)), ["404.html", "errors/404.html"]);
  refuses(FILE_BELOW, ["", "/404.html", "../404.html", "a/./b", "a/", "a\0"], /not a path below the folder/);
  assert.equal(FOLDER.parse("../site"), "../site");
  refuses(FOLDER, ["", "a\0"], /not a folder's path/);
});

const NO_FILES: ReadonlySet<string> = new Set();

test("staticMapsOf() has the folders in uWSGI's order, whatever order they were given in", () => {
  const values = valuesOf({
    staticMap2: ["/two=c"],
    staticMap: ["/b=b", "/a=a"],
    checkStatic: ["first", "second"],
    staticFallback: ["app.html"],
    staticSkipExt: ["php"],
  });
  const maps = staticMapsOf(values, { txt: "text/x" }, NO_FILES);
  assert.deepEqual(maps.map(({ root, prefix, keepPrefix }) => [root, prefix, keepPrefix]), [
    ["first", "/", false],
    ["second", "/", false],
    ["b", "/b", false],
    ["a", "/a", false],
    ["c", "/two", true],
  ]);
  assert.deepEqual(maps.map(({ fallback }) => fallback), [undefined, undefined, undefined, undefined, "app.html"]);
  for (const { skipExtensions, types } of maps) assert.deepEqual([skipExtensions, types], [[".php"], { txt: "text/x" }]);
});

test("staticMapsOf() gives pages for what is no file to folders alone: below a single file there is none", () => {
  const given = { checkStatic: ["s"], staticMap: ["/a=a", "/favicon.ico=f"], staticFallback: ["app.html"], static404: ["404.html"] };
  const maps = staticMapsOf(valuesOf(given), {}, new Set(["f"]));
  assert.deepEqual(maps.map(({ fallback, notFound }) => [fallback, notFound]), [
    [undefined, "404.html"],
    ["app.html", "404.html"],
    [undefined, undefined],
  ]);
});

test("staticMapsOf() takes over every option, and has defaults for them", () => {
  const [usual] = staticMapsOf(valuesOf({ checkStatic: ["s"] }), {}, NO_FILES);
  assert.deepEqual(usual, {
    root: "s",
    prefix: "/",
    keepPrefix: false,
    index: ["index.html"],
    redirect: true,
    listing: false,
    dotfiles: false,
    safe: [],
    skipExtensions: [],
    precompressed: false,
    expires: [],
    types: {},
    cors: false,
    cacheBytes: 67_108_864,
    cacheTtlMs: 1000,
    cachePathsMs: 0,
  });
  const [given] = staticMapsOf(
    valuesOf({
      checkStatic: ["s"],
      staticIndex: ["none"],
      staticRedirect: ["no"],
      staticListing: ["yes"],
      static404: ["404.html"],
      staticDotfiles: ["yes"],
      staticSafe: ["/x", "/y"],
      staticGzip: ["yes"],
      staticExpires: ["css=5"],
      staticCors: ["yes"],
      staticCacheBytes: ["0"],
      staticCacheTtlMs: ["5"],
      staticCachePathsMs: ["60"],
    }),
    {},
    NO_FILES,
  );
  assert.deepEqual(given, {
    root: "s",
    prefix: "/",
    keepPrefix: false,
    index: [],
    redirect: false,
    listing: true,
    notFound: "404.html",
    dotfiles: true,
    safe: ["/x", "/y"],
    skipExtensions: [],
    precompressed: true,
    expires: [{ pattern: "css", seconds: 5 }],
    types: {},
    cors: true,
    cacheBytes: 0,
    cacheTtlMs: 5000,
    cachePathsMs: 60_000,
  });
});

test("namesFolders() is whether an app may be left out", () => {
  assert.equal(namesFolders(valuesOf({ staticListing: ["yes"], staticSafe: ["/x"] })), false);
  for (const given of [{ checkStatic: ["s"] }, { staticMap: ["/=s"] }, { staticMap2: ["/a=s"] }]) assert.ok(namesFolders(valuesOf(given)));
});

test("parseMimeTypes() reads Apache's mime.types, and says which line is wrong", () => {
  const text = "# comment\ntext/html\t\t\thtml HTM\r\napplication/wasm wasm # behind\n\nmodel/none\ntext/x .html\n";
  assert.deepEqual(parseMimeTypes(text, "f"), { html: "text/x", htm: "text/html", wasm: "application/wasm" });
  assert.throws(() => parseMimeTypes("text/html html\nhtml text/html", "mime.types"), {
    name: "ConfigError",
    message: /--mime-file "mime.types", line 2: "html" is no content type/,
  });
  assert.throws(() => parseMimeTypes("text/html a/b", "f"), { message: /line 1: "a\/b" is no ending of names/ });
});

test("expandStatic() writes heddle static out as heddle serve", () => {
  const flags = (...names: readonly ("spa" | "cors" | "quiet")[]) =>
    Object.fromEntries(names.map((name) => [name, { source: `--${name}`, texts: ["yes"] }]));
  const read = (operands: readonly string[], given = {}, variables = {}) =>
    readOptions(SERVE_OPTIONS, expandStatic(operands, given, variables));
  const usual = read([]);
  assert.deepEqual([usual.staticMap, usual.staticListing], [[{ prefix: "/", root: "." }], true]);
  assert.deepEqual([usual.staticFallback, usual.staticCors, usual.logFormat], [null, false, "uwsgi"]);
  const short = read(["dist"], flags("spa", "cors", "quiet"));
  assert.deepEqual([short.staticMap, short.staticFallback, short.staticCors, short.logFormat], [
    [{ prefix: "/", root: "dist" }],
    "index.html",
    true,
    "none",
  ]);
  const no = { source: "--x", texts: ["no"] };
  assert.equal(read(["dist"], { spa: no, staticListing: no }).staticListing, false);
  assert.equal(read(["dist"], {}, { staticListing: no }).staticListing, false);
  const more = read(["a"], { staticMap: { source: "--static-map", texts: ["/b=b"] } });
  assert.deepEqual(more.staticMap.map(({ root }) => root), ["a", "b"]);
  assert.throws(() => expandStatic(["a"], { spa: { source: "--spa", texts: ["maybe"] } }, {}), {
    option: "--spa",
    message: '--spa "maybe": not yes or no',
  });
  assert.throws(() => expandStatic(["a", "b"], {}, {}), { name: "ConfigError", message: /one folder, and not "a" and "b"/ });
  assert.throws(() => expandStatic(["a"], { ...flags("quiet"), logFormat: { source: "--log-format", texts: ["json"] } }, {}), {
    message: /--quiet: --log-format is given too/,
  });
});
