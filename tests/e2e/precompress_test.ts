import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import * as zlib from "node:zlib";
import { staticFiles } from "../../src/entry/static.ts";
import { CliProcess, runCli } from "../support/cli_process.ts";
import { runtimeName } from "../support/runtime.ts";
import { until } from "../support/served.ts";

const LIMIT = { timeout: 60_000 };
const SCRIPT = Array.from({ length: 2000 }, (_, line) => `export const name${line * 7919 % 10_007} = ${line};\n`).join("");
const SOURCES = fileURLToPath(new URL("../../src", import.meta.url));

const { zstdDecompressSync } = zlib as { readonly zstdDecompressSync?: (bytes: Uint8Array) => Uint8Array };
const DECODERS: readonly (readonly [ending: string, decode: ((bytes: Uint8Array) => Uint8Array) | undefined])[] = [
  [".br", zlib.brotliDecompressSync],
  [".zst", zstdDecompressSync],
  [".gz", zlib.gunzipSync],
];
const CODINGS = DECODERS.filter(([, decode]) => decode !== undefined).length;

/** Runs with a folder that has files worth compressing, others, and links that lead out of it. */
async function withFolder(run: (root: string, outside: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "heddle-precompress-"));
  const root = join(folder, "site");
  const outside = join(folder, "outside");
  for (const name of ["site/docs", "site/.git", "site/.well-known", "outside"]) mkdirSync(join(folder, name), { recursive: true });
  for (const name of ["app.js", "docs/page.html", ".git/x.txt", ".well-known/x.txt"]) writeFileSync(join(root, name), SCRIPT);
  writeFileSync(join(root, "small.txt"), "x".repeat(1000));
  writeFileSync(join(root, "noise.txt"), randomBytes(5000));
  writeFileSync(join(root, "picture.png"), SCRIPT);
  writeFileSync(join(outside, "x.js"), SCRIPT);
  symlinkSync("../outside/x.js", join(root, "link.js"));
  symlinkSync("../outside", join(root, "away"));
  chmodSync(join(root, "app.js"), 0o640);
  utimesSync(join(root, "app.js"), 1_700_000_000.123, 1_700_000_000.123);
  try {
    await run(root, outside);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function precompress(root: string, args: readonly string[] = []) {
  return runCli(["precompress", root, ...args], { denoFlags: flags(root) });
}

/** The least that it needs on Deno: the folder, and its threads' own modules. */
function flags(root: string): string[] {
  return [`--allow-read=${root},${SOURCES}`, `--allow-write=${root}`];
}

/** All files below a folder, without following links. */
function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesBelow(path) : [path];
  });
}

test("heddle precompress writes each coding beside what is worth it, and nothing else", LIMIT, async () => {
  await withFolder(async (root, outside) => {
    const before = new Set(filesBelow(root));
    const { code, stdout, stderr } = await precompress(root);
    assert.deepEqual([code, stderr], [0, ""]);
    const written = filesBelow(root).filter((path) => !before.has(path)).map((path) => path.slice(root.length + 1)).sort();
    const sources = [".well-known/x.txt", "app.js", "docs/page.html"];
    const expected = sources.flatMap((name) => DECODERS.filter(([, decode]) => decode !== undefined).map(([ending]) => name + ending));
    assert.deepEqual(written, expected.sort());
    assert.deepEqual(readdirSync(outside), ["x.js"]);
    for (const [ending, decode] of DECODERS) {
      if (decode === undefined) continue;
      assert.equal(new TextDecoder().decode(decode(readFileSync(join(root, `app.js${ending}`)))), SCRIPT, ending);
    }
    const facts = statSync(join(root, "app.js.gz"));
    assert.equal(facts.mode & 0o777, 0o640);
    assert.ok(facts.mtimeMs >= 1_700_000_000_123 && facts.mtimeMs < 1_700_000_000_130, `${facts.mtimeMs}`);
    assert.match(
      stdout,
      new RegExp(`^4 files worth compressing, by br, .*gzip: ${3 * CODINGS} written, 0 up to date, ${CODINGS} hardly smaller$`, "m"),
    );
    assert.match(stdout, /^ {2}br {4}3 files, \d+\.\d KiB to \d+\.\d KiB: \d\d % saved$/m);
  });
});

test("heddle precompress passes over what is up to date, writes anew what has changed, and staticFiles() serves it", LIMIT, async () => {
  await withFolder(async (root) => {
    await precompress(root, ["--quiet"]);
    const again = await precompress(root);
    assert.match(again.stdout, new RegExp(`: 0 written, ${3 * CODINGS} up to date,`));
    writeFileSync(join(root, "app.js"), `changed();\n${SCRIPT}`);
    const site = staticFiles(root, { precompressed: true, cacheBytes: 0 });
    const ask = async () => {
      const answer = await site.fetch(new Request("http://a/app.js", { headers: { "accept-encoding": "gzip" } }));
      return { coding: answer.headers.get("content-encoding"), bytes: new Uint8Array(await answer.arrayBuffer()) };
    };
    assert.equal((await ask()).coding, null);
    assert.match((await precompress(root, ["--coding", "gzip"])).stdout, /by gzip: 1 written, 2 up to date, 1 hardly smaller\n/);
    const { coding, bytes } = await ask();
    assert.equal(coding, "gzip");
    assert.ok(new TextDecoder().decode(zlib.gunzipSync(bytes)).startsWith("changed();"));
  });
});

test("heddle precompress replaces a link in its way, and writes nothing where that leads", LIMIT, async () => {
  await withFolder(async (root, outside) => {
    writeFileSync(join(outside, "precious"), "precious");
    symlinkSync("../outside/precious", join(root, "app.js.gz"));
    symlinkSync("../outside/new", join(root, "docs/page.html.gz"));
    assert.equal((await precompress(root, ["--coding=gzip"])).code, 0);
    assert.equal(readFileSync(join(outside, "precious"), "utf8"), "precious");
    assert.deepEqual(readdirSync(outside).sort(), ["precious", "x.js"]);
    assert.ok(lstatSync(join(root, "app.js.gz")).isFile());
  });
});

test("heddle precompress tells what failed, leaves nothing of it behind, does the rest, and exits 1", LIMIT, async () => {
  await withFolder(async (root) => {
    mkdirSync(join(root, "app.js.gz"));
    const { code, stdout, stderr } = await precompress(root, ["--coding=gzip", "--jobs=1"]);
    assert.equal(code, 1);
    assert.match(stderr, /^heddle: compress \S+\/app\.js to app\.js\.gz: .*EISDIR.*\n$/);
    assert.match(stdout, /2 written, 0 up to date, 1 hardly smaller, 1 failed/);
    assert.ok(existsSync(join(root, "docs/page.html.gz")));
    assert.deepEqual(filesBelow(root).filter((path) => path.endsWith(".tmp")), []);
  });
});

test("heddle precompress that is interrupted ends at once, with 130, and leaves no half a file", LIMIT, async () => {
  await withFolder(async (root) => {
    // Brotli's best takes half a minute for so much.
    const digits = Array.from({ length: 400_000 }, () => Math.random().toString(36)).join("\n");
    writeFileSync(join(root, "huge.txt"), digits.repeat(3));
    const cli = new CliProcess(["precompress", root, "--coding", "br"], { denoFlags: flags(root) });
    await until(() => readdirSync(root).some((name) => name.endsWith(".tmp")));
    cli.kill("SIGINT");
    assert.equal((await cli.exit).code, 130);
    assert.deepEqual(filesBelow(root).filter((path) => path.endsWith(".tmp") || path.endsWith("huge.txt.br")), []);
  });
});

test("heddle precompress says what is wrong with its arguments, and exits 2", LIMIT, async () => {
  await withFolder(async (root) => {
    const file = join(root, "app.js");
    const cases: readonly (readonly [args: readonly string[], message: RegExp])[] = [
      [[], /give it one folder/],
      [[root, root], /give it one folder/],
      [[join(root, "none")], /ENOENT/],
      [[file], /it is no folder/],
      [[root, "--coding", "bz"], /not one of br, zstd, gzip/],
      [[root, "--jobs", "0"], /--jobs "0": not from 1 to 1024/],
      [[root, "--job", "1"], /did you mean --jobs\?/],
    ];
    const runs = await Promise.all(cases.map(([args]) => runCli(["precompress", ...args], { denoFlags: [`--allow-read=${root}`] })));
    for (const [at, { code, stderr }] of runs.entries()) {
      assert.equal(code, 2, stderr);
      assert.match(stderr, cases[at]![1]);
    }
    const help = await runCli(["precompress", "--help"]);
    assert.match(help.stdout, /^Usage: heddle precompress DIR \[OPTIONS\]$[^]*--coding NAME[^]*--min-size BYTES/m);
  });
});

test("heddle precompress --coding zstd names the way out where the runtime has none", LIMIT, async () => {
  await withFolder(async (root) => {
    const { code, stderr } = await precompress(root, ["--coding", "zstd"]);
    if (zstdDecompressSync !== undefined) return assert.equal(code, 0, stderr);
    assert.equal(code, 2);
    assert.match(stderr, /^heddle: --coding zstd: Node 20\.\S+ cannot write it; run this on Node 22\.15 or later, on Bun or on Deno\n$/);
  });
});

if (runtimeName() === "deno") {
  test("heddle precompress without one of its permissions says which it lacks, and asks nobody", LIMIT, async () => {
    await withFolder(async (root) => {
      const cases: readonly (readonly [flags: readonly string[], code: number, message: RegExp])[] = [
        [[`--allow-read=${SOURCES}`, `--allow-write=${root}`], 2, /^heddle: precompress "[^"]+": Requires read access/],
        [[`--allow-read=${root}`, `--allow-write=${root}`], 1, /^heddle: start a thread that compresses: Requires read access/],
        [[`--allow-read=${root},${SOURCES}`], 1, /^heddle: compress \S+ to \S+: Requires write access/],
      ];
      for (const [denoFlags, code, message] of cases) {
        const run = await runCli(["precompress", root], { denoFlags });
        assert.deepEqual([run.code, message.test(run.stderr)], [code, true], run.stderr);
      }
    });
  });
}
