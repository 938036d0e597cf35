import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { test } from "node:test";
import { Hono } from "hono";
import { staticFiles, type StaticOptions } from "../../src/entry/static.ts";
import { type ServedBy, testOnBoth } from "../support/loops.ts";
import { parseAnswer } from "../support/parse_answer.ts";
import { withSwappedFolder } from "../support/swapped_folder.ts";
import { pause, type Served, until, withServer } from "../support/served.ts";

const LIMIT = { timeout: 60_000 };
const LARGE = 3_000_000;

/** A folder of files beside one that is nobody's business. */
function createSite(): string {
  const folder = mkdtempSync(join(tmpdir(), "heddle-static-"));
  const root = join(folder, "site");
  for (const name of ["site/docs", "site/.git", "site/.well-known", "site/secret", "site_evil", "outside"]) {
    mkdirSync(join(folder, name), { recursive: true });
  }
  writeFileSync(join(root, "index.html"), "<h1>top</h1>");
  writeFileSync(join(root, "docs/index.html"), "<h1>docs</h1>");
  writeFileSync(join(root, "a b.txt"), "spaced");
  writeFileSync(join(root, "café.txt"), "coffee");
  writeFileSync(join(root, "empty.txt"), "");
  writeFileSync(join(root, "app.3f9a1c0b.js"), "let a;");
  writeFileSync(join(root, "%2e.txt"), "percent");
  writeFileSync(join(root, ".git/config"), "secret");
  writeFileSync(join(root, ".well-known/acme"), "token");
  writeFileSync(join(root, "large.bin"), Buffer.alloc(LARGE, (Math.PI * 1e15).toString()));
  writeFileSync(join(folder, "site_evil/x.txt"), "evil");
  writeFileSync(join(folder, "outside/x.txt"), "outside");
  symlinkSync("docs/index.html", join(root, "inside.html"));
  symlinkSync("../outside/x.txt", join(root, "outside.txt"));
  symlinkSync("../site_evil", join(root, "evil"));
  symlinkSync("loop", join(root, "loop"));
  execFileSync("mkfifo", [join(root, "pipe")]);
  return folder;
}

async function withSite(options: StaticOptions, use: (served: Served, root: string) => Promise<void>, by: ServedBy = {}): Promise<void> {
  const folder = createSite();
  const root = join(folder, "site");
  try {
    const site = staticFiles(root, options);
    await withServer({ fetch: (request: Request) => site.fetch(request), async: 20, ...by }, (served) => use(served, root));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Asks for a target as it stands, and gives the answer's parts. */
async function ask(served: Served, target: string, headers: readonly string[] = [], method = "GET") {
  const lines = [`${method} ${target} HTTP/1.1`, "Host: localhost", "Connection: close", ...headers];
  const { status, fields, body } = parseAnswer(await served.exchange(`${lines.join("\r\n")}\r\n\r\n`), method);
  return { status, fields: new Map(fields), body: Buffer.from(body, "latin1") };
}

const TARGETS: readonly (readonly [target: string, status: number, body?: string])[] = [
  ["/", 200, "<h1>top</h1>"],
  ["/index.html", 200, "<h1>top</h1>"],
  ["/?x=../..", 200, "<h1>top</h1>"],
  ["/docs/", 200, "<h1>docs</h1>"],
  ["/docs", 301],
  ["/a%20b.txt", 200, "spaced"],
  ["/caf%C3%A9.txt", 200, "coffee"],
  ["/%252e.txt", 200, "percent"],
  ["/empty.txt", 200, ""],
  ["/inside.html", 200, "<h1>docs</h1>"],
  ["/.well-known/acme", 200, "token"],
  ["/none.txt", 404],
  ["/index.html/", 404],
  ["/index.html/x", 404],
  ["/secret/", 404],
  ["/.git/config", 404],
  ["/outside.txt", 404],
  ["/evil/x.txt", 404],
  ["/loop", 404],
  ["/pipe", 404],
  [`/${"x".repeat(300)}`, 404],
  [`/${"d/".repeat(2000)}`, 404],
  ["/CON", 404],
  ["/index.html::$DATA", 404],
  ["/index.html.", 404],
  // These dots are gone once a URL is made of it.
  ["/%2e%2e/outside/x.txt", 404],
  ["/docs/..%2f..%2foutside/x.txt", 400],
  ["/..%5coutside%5cx.txt", 400],
  ["/%c0%ae%c0%ae/outside/x.txt", 400],
  ["//etc/passwd", 400],
  ["/%00", 400],
  ["/index.html%00.png", 400],
  ["/%zz", 400],
];

testOnBoth("staticFiles() serves what is below its folder, and nothing else", async (by) => {
  await withSite({}, async (served) => {
    for (const [target, status, body] of TARGETS) {
      const answer = await ask(served, target);
      assert.equal(answer.status, status, target);
      if (body !== undefined) assert.equal(answer.body.toString(), body, target);
    }
    // A file beside the root, whose name begins as the root's does.
    assert.equal((await ask(served, "/../site_evil/x.txt")).status, 404);
    assert.deepEqual(served.heard.errors, []);
  }, by);
});

test("staticFiles() answers with length, type, validators and how long to keep it", LIMIT, async () => {
  await withSite({ prefix: "/assets", cacheControl: "max-age=60" }, async (served, root) => {
    utimesSync(join(root, "index.html"), 1_700_000_000, 1_700_000_000);
    const page = await ask(served, "/assets/");
    assert.equal(page.fields.get("content-type"), "text/html; charset=utf-8");
    assert.equal(page.fields.get("content-length"), "12");
    assert.equal(page.fields.get("last-modified"), "Tue, 14 Nov 2023 22:13:20 GMT");
    assert.match(page.fields.get("etag") ?? "", /^W\/"[0-9a-z-]+"$/);
    assert.equal(page.fields.get("cache-control"), "max-age=60");
    assert.equal(page.fields.get("accept-ranges"), "bytes");
    assert.equal(page.fields.get("x-content-type-options"), "nosniff");
    assert.equal((await ask(served, "/assets/app.3f9a1c0b.js")).fields.get("cache-control"), "public, max-age=31536000, immutable");
    assert.equal((await ask(served, "/assets/docs?a=b")).fields.get("location"), "./docs/?a=b");
    assert.equal((await ask(served, "/assets?a=b")).fields.get("location"), "./assets/?a=b");
    assert.equal((await ask(served, "/index.html")).status, 404);
    assert.equal((await ask(served, "/assetsindex.html")).status, 404);
    const head = await ask(served, "/assets/index.html", [], "HEAD");
    assert.deepEqual([head.status, head.fields.get("content-length"), head.body.length], [200, "12", 0]);
    for (const method of ["POST", "PUT", "DELETE"]) {
      const refused = await ask(served, "/assets/index.html", ["Content-Length: 0"], method);
      assert.deepEqual([refused.status, refused.fields.get("allow")], [405, "GET, HEAD, OPTIONS"]);
    }
    assert.equal((await ask(served, "/assets/index.html", [], "OPTIONS")).fields.get("allow"), "GET, HEAD, OPTIONS");
    const etag = page.fields.get("etag")!;
    const again = await ask(served, "/assets/", [`If-None-Match: "x", ${etag}`]);
    assert.deepEqual([again.status, again.body.length, again.fields.get("etag")], [304, 0, etag]);
    assert.equal((await ask(served, "/assets/", ['If-Match: "x"'])).status, 412);
  });
});

test("staticFiles() sends a large file whole, its parts by Range, and the same bytes to many at once", LIMIT, async () => {
  await withSite({}, async (served) => {
    const whole = await ask(served, "/large.bin");
    const digest = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");
    const expected = digest(Buffer.alloc(LARGE, (Math.PI * 1e15).toString()));
    assert.equal(digest(whole.body), expected);
    const many = await Promise.all(
      Array.from({ length: 30 }, () => fetch(new URL("/large.bin", served.url)).then((response) => response.arrayBuffer())),
    );
    assert.deepEqual(new Set(many.map((bytes) => digest(new Uint8Array(bytes)))), new Set([expected]));
    const part = await ask(served, "/large.bin", ["Range: bytes=1000000-1999999"]);
    assert.deepEqual([part.status, part.fields.get("content-range"), part.body.length], [206, `bytes 1000000-1999999/${LARGE}`, 1_000_000]);
    assert.ok(part.body.equals(whole.body.subarray(1_000_000, 2_000_000)));
    const last = await ask(served, "/large.bin", ["Range: bytes=-5"]);
    assert.equal(last.body.toString(), whole.body.subarray(-5).toString());
    const beyond = await ask(served, "/large.bin", [`Range: bytes=${LARGE}-`]);
    assert.deepEqual([beyond.status, beyond.fields.get("content-range")], [416, `bytes */${LARGE}`]);
    const stale = await ask(served, "/large.bin", ["Range: bytes=0-9", `If-Range: ${whole.fields.get("etag")}`]);
    assert.deepEqual([stale.status, stale.body.length], [200, LARGE]);
    assert.equal((await ask(served, "/empty.txt", ["Range: bytes=0-9"])).status, 416);
  });
});

testOnBoth("staticFiles() sends clients that stop and go on the very bytes of the file, each at its own pace", async (by) => {
  await withSite({}, async (served, root) => {
    const size = 12_000_000;
    const numbers = new Uint32Array(size / 4).map((_, at) => at);
    writeFileSync(join(root, "numbers.bin"), numbers);
    const clients = await Promise.all(Array.from({ length: 6 }, () => served.connect()));
    for (const client of clients) client.send("GET /numbers.bin HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    for (let step = 0; clients.some(({ ended, closed }) => !ended && !closed); step++) {
      clients.forEach((client, at) => (step + at) % 3 === 0 ? client.pause() : client.resume());
      await pause(5);
    }
    for (const client of clients) {
      // Bun.serve frames it in chunks of its own.
      const body = Buffer.from(parseAnswer(client.text, "GET").body, "latin1");
      assert.ok(body.equals(Buffer.from(numbers.buffer)), `${body.length} bytes`);
      client.destroy();
    }
  }, by);
});

test("staticFiles() gives a precompressed file to who takes it, unless it is older", LIMIT, async () => {
  await withSite({ precompressed: true, cacheTtlMs: 0 }, async (served, root) => {
    writeFileSync(join(root, "index.html.br"), "brotli");
    writeFileSync(join(root, "index.html.gz"), "gzip");
    const answers = await Promise.all(
      ["br, gzip", "gzip", "br;q=0", "identity"].map((accepted) => ask(served, "/", [`Accept-Encoding: ${accepted}`])),
    );
    assert.deepEqual(answers.map(({ body }) => body.toString()), ["brotli", "gzip", "<h1>top</h1>", "<h1>top</h1>"]);
    assert.deepEqual(answers.map(({ fields }) => fields.get("content-encoding")), ["br", "gzip", undefined, undefined]);
    assert.equal(new Set(answers.map(({ fields }) => fields.get("etag"))).size, 3);
    for (const { fields } of answers) {
      assert.deepEqual([fields.get("vary"), fields.get("content-type")], ["accept-encoding", "text/html; charset=utf-8"]);
    }
    utimesSync(join(root, "index.html.br"), 1_700_000_000, 1_700_000_000);
    assert.equal((await ask(served, "/", ["Accept-Encoding: br"])).body.toString(), "<h1>top</h1>");
  });
});

test("staticFiles() gives nothing from outside while a folder becomes a link and back", LIMIT, async () => {
  await withSwappedFolder(async (root) => {
    const site = staticFiles(root, { cacheBytes: 0 });
    const heard = new Map<string, number>();
    const ask = async () => {
      const text = await (await site.fetch(new Request("http://a/real/file"))).text();
      heard.set(text, (heard.get(text) ?? 0) + 1);
    };
    for (let count = 0; count < 1000 || !heard.has("inside"); count++) await Promise.all([1, 2, 3, 4, 5, 6, 7, 8].map(ask));
    assert.equal(heard.get("evil!!") ?? 0, 0);
  });
});

test("staticFiles() lists nothing from outside while a folder becomes a link and back", LIMIT, async () => {
  await withSwappedFolder(async (root) => {
    const site = staticFiles(root, { listing: true });
    let listed = 0;
    for (let count = 0; count < 1000 || listed === 0; count++) {
      const answer = await site.fetch(new Request("http://a/real/"));
      const page = await answer.text();
      if (answer.status === 200) listed++;
      assert.doesNotMatch(page, /secret/);
    }
  });
});

test("staticFiles() sees within a file's time in memory that its path leads elsewhere, or to another content", LIMIT, async () => {
  await withSite({ cacheTtlMs: 50 }, async (served, root) => {
    symlinkSync("a b.txt", join(root, "link.txt"));
    const becomes = async (status: number, body: string) => {
      for (let tries = 0; tries < 300; tries++) {
        const answer = await ask(served, "/link.txt");
        if (answer.status === status && (status !== 200 || answer.body.toString() === body)) return;
        await pause(10);
      }
      assert.fail(`it never came to ${status} ${body}`);
    };
    const point = (target: string) => {
      symlinkSync(target, join(root, "other"));
      renameSync(join(root, "other"), join(root, "link.txt"));
    };
    for (let count = 0; count < 3; count++) await becomes(200, "spaced");
    // As long as the one before, and with its time.
    writeFileSync(join(root, "d.txt"), "spoilt");
    utimesSync(join(root, "d.txt"), 1_700_000_000, 1_700_000_000);
    utimesSync(join(root, "a b.txt"), 1_700_000_000, 1_700_000_000);
    point("d.txt");
    await becomes(200, "spoilt");
    writeFileSync(join(root, "d.txt"), "better");
    utimesSync(join(root, "d.txt"), 1_700_000_000, 1_700_000_000);
    await becomes(200, "better");
    point("../outside/x.txt");
    await becomes(404, "");
    point("docs");
    await becomes(301, "");
    point("pipe");
    await becomes(404, "");
    point("a b.txt");
    await becomes(200, "spaced");
    rmSync(join(root, "a b.txt"));
    await becomes(404, "");
  });
});

test("staticFiles() goes where links lead if the folder is safe, and shows dotfiles if it is told to", LIMIT, async () => {
  const folder = createSite();
  try {
    const site = staticFiles(join(folder, "site"), { safe: [join(folder, "outside")], dotfiles: true });
    await withServer({ fetch: (request: Request) => site.fetch(request) }, async (served) => {
      assert.equal((await ask(served, "/outside.txt")).body.toString(), "outside");
      assert.equal((await ask(served, "/evil/x.txt")).status, 404);
      assert.equal((await ask(served, "/.git/config")).body.toString(), "secret");
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test("staticFiles(): a file that is not to be read is a 403", LIMIT, async () => {
  if (process.getuid?.() === 0) return;
  await withSite({}, async (served, root) => {
    chmodSync(join(root, "index.html"), 0);
    assert.equal((await ask(served, "/index.html")).status, 403);
  });
});

test(
  "staticFiles(): a file that becomes shorter while it is sent ends its connection; one that grows is sent as promised",
  LIMIT,
  async () => {
    await withSite({}, async (served, root) => {
      const size = 20_000_000;
      for (const change of ["shorter", "longer", "replaced"] as const) {
        writeFileSync(join(root, "huge.bin"), Buffer.alloc(size, 1));
        const client = await served.connect();
        client.send("GET /huge.bin HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        await until(() => client.received > 0);
        client.pause();
        if (change === "shorter") truncateSync(join(root, "huge.bin"), 1000);
        else if (change === "longer") appendFileSync(join(root, "huge.bin"), Buffer.alloc(1000, 2));
        else {
          writeFileSync(join(root, "other.bin"), Buffer.alloc(size, 3));
          renameSync(join(root, "other.bin"), join(root, "huge.bin"));
        }
        client.resume();
        await until(() => client.closed || client.ended);
        const bytes = Buffer.from(client.bytes);
        const body = bytes.subarray(bytes.indexOf("\r\n\r\n") + 4);
        if (change === "shorter") assert.ok(body.length < size, `${body.length} bytes`);
        else assert.equal(body.length, size, change);
        assert.ok(body.equals(Buffer.alloc(body.length, 1)), "bytes of one file alone");
        client.destroy();
        if (change === "shorter") {
          await until(() => served.heard.errors.length > 0);
          assert.match(String(served.heard.errors[0]?.error), /send huge\.bin: it has become shorter/);
        }
      }
    });
  },
);

testOnBoth("staticFiles() closes its files: after 300 requests, of which some clients go, as many are open as before", async (by) => {
  await withSite({ precompressed: true, cacheBytes: 0 }, async (served, root) => {
    writeFileSync(join(root, "index.html.gz"), "gzip");
    const open = () => readdirSync("/proc/self/fd").length;
    await ask(served, "/");
    const before = open();
    const targets = ["/", "/docs", "/docs/", "/large.bin", "/none", "/outside.txt", "/pipe", "/secret/", "/index.html/", "/empty.txt"];
    const fields = [[], ["Range: bytes=0-9"], ["Range: bytes=9-0,999999999-"], ["If-None-Match: *"], ['If-Match: "x"'], [
      "Accept-Encoding: gzip",
    ]];
    for (const target of targets) for (const each of fields) await ask(served, target, each);
    for (let count = 0; count < 20; count++) {
      const client = await served.connect();
      client.pause();
      client.send("GET /large.bin HTTP/1.1\r\nHost: a\r\n\r\n");
      await pause(count);
      client.reset();
    }
    await until(() => served.server.stats().busy === 0 && served.server.stats().connections === 0 && open() <= before);
  }, by);
});

test("staticFiles().middleware before a Hono app's own routes", LIMIT, async () => {
  const folder = createSite();
  try {
    const app = new Hono().use(staticFiles(join(folder, "site"), { prefix: "/assets" }).middleware);
    app.get("/assets/none.txt", (c) => c.text("the app's")).post("/assets/index.html", (c) => c.text("posted"));
    await withServer({ fetch: app.fetch }, async (served) => {
      assert.equal((await ask(served, "/assets/index.html")).body.toString(), "<h1>top</h1>");
      assert.equal((await ask(served, "/assets/none.txt")).body.toString(), "the app's");
      assert.equal((await ask(served, "/assets/index.html", ["Content-Length: 0"], "POST")).body.toString(), "posted");
      assert.equal((await ask(served, "/elsewhere%00")).status, 404);
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
