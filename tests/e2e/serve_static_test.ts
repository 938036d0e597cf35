/** Static files before an app, and without one: `serve({ static })`. */
import assert from "node:assert/strict";
import { appendFileSync, mkdirSync, renameSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { serve, type StaticMap, suspend } from "../../mod.ts";
import type { Clock } from "../../src/contract/clock.ts";
import { selectPlatform } from "../../src/io/select.ts";
import { testOnBoth } from "../support/loops.ts";
import { parseAnswer } from "../support/parse_answer.ts";
import { type Served, until, withServer } from "../support/served.ts";
import { createSite } from "../support/static_site.ts";

const WORKER_APP = new URL(`./fixtures/worker_app.${import.meta.url.endsWith(".ts") ? "ts" : "js"}`, import.meta.url);
const LIMIT = { timeout: 60_000 };
/** Of a file that is never sent whole. */
const HUGE = 20_000_000;
const LARGE = 8_000_000;

const SITE = createSite({
  "index.html": "<h1>top</h1>",
  "a.txt": "a of the site",
  "docs/index.html": "<h1>docs</h1>",
  "both.txt": "both of the site",
  "large.bin": new Uint8Array(LARGE).fill(7),
});
const OTHER = createSite({ "b.txt": "b of the other", "both.txt": "both of the other" });

async function ask(served: Served, target: string, headers: readonly string[] = [], method = "GET") {
  const lines = [`${method} ${target} HTTP/1.1`, "Host: localhost", "Connection: close", ...headers];
  const { status, fields, body } = parseAnswer(await served.exchange(`${lines.join("\r\n")}\r\n\r\n`), method);
  return { status, fields: new Map(fields), body };
}

/** Status and body of several targets. */
async function answers(served: Served, targets: readonly string[], method = "GET"): Promise<string[]> {
  const all = await Promise.all(targets.map((target) => ask(served, target, method === "GET" ? [] : ["Content-Length: 0"], method)));
  return all.map(({ status, body }) => `${status} ${body}`);
}

const APP = (request: Request) => new Response(`app ${request.method} ${new URL(request.url).pathname}`);

testOnBoth("serve({ static }) serves what is a file before the app, of the first folder that has it", async (by) => {
  const maps: readonly StaticMap[] = [{ root: SITE }, { root: OTHER, prefix: "/o" }, { root: OTHER }];
  await withServer({ fetch: APP, static: maps, ...by }, async (served) => {
    assert.deepEqual(await answers(served, ["/", "/a.txt", "/docs/", "/both.txt", "/b.txt", "/o/both.txt", "/o/none", "/none"]), [
      "200 <h1>top</h1>",
      "200 a of the site",
      "200 <h1>docs</h1>",
      "200 both of the site",
      "200 b of the other",
      "200 both of the other",
      "200 app GET /o/none",
      "200 app GET /none",
    ]);
    assert.deepEqual(await answers(served, ["/a.txt"], "POST"), ["200 app POST /a.txt"]);
    const head = await ask(served, "/a.txt", [], "HEAD");
    assert.deepEqual([head.status, head.fields.get("content-length"), head.body], [200, "13", ""]);
    const { staticRequests, requests } = served.server.stats();
    assert.deepEqual([staticRequests, requests], [7, 10]);
    assert.deepEqual([served.heard.errors, served.heard.warnings], [[], []]);
  });
});

testOnBoth("serve({ static }) leaves what can be no file's path to the app, unless it is below a prefix", async (by) => {
  await withServer({ fetch: (request) => new Response(new URL(request.url).pathname), static: [{ root: SITE }], ...by }, async (served) => {
    assert.deepEqual(await answers(served, ["/%00", "/x%2f..%2f..%2fetc"]), ["200 /%00", "200 /x%2f..%2f..%2fetc"]);
  });
  await withServer({ fetch: APP, static: [{ root: SITE, prefix: "/s" }], ...by }, async (served) => {
    assert.equal((await ask(served, "/s/%00")).status, 400);
    assert.equal((await ask(served, "/%00")).status, 200);
  });
});

testOnBoth(
  "serve({ static }) sends a folder on to its slash where it has an index or a listing, and leaves it to the app else",
  async (by) => {
    const site = createSite({ "api/a.txt": "a", "docs/index.html": "docs" });
    await withServer({ fetch: APP, static: [{ root: site }], ...by }, async (served) => {
      const docs = await ask(served, "/docs");
      assert.deepEqual([docs.status, docs.fields.get("location")], [301, "./docs/"]);
      assert.deepEqual(await answers(served, ["/api", "/api/", "/api/a.txt"]), ["200 app GET /api", "200 app GET /api/", "200 a"]);
    });
    await withServer({ fetch: APP, static: [{ root: site, listing: true }], ...by }, async (served) => {
      assert.equal((await ask(served, "/api")).status, 301);
    });
  },
);

testOnBoth("serve({ static }) without an app answers what is no file with 404, and other methods with 405", async (by) => {
  await withServer({ static: [{ root: SITE, prefix: "/s" }, { root: OTHER, prefix: "/o" }], ...by }, async (served) => {
    assert.deepEqual(await answers(served, ["/s/a.txt", "/o/b.txt"]), ["200 a of the site", "200 b of the other"]);
    const statuses = await Promise.all(["/", "/s/none", "/s/%00"].map((target) => ask(served, target)));
    assert.deepEqual(statuses.map(({ status }) => status), [404, 404, 400]);
    const post = await ask(served, "/s/a.txt", ["Content-Length: 0"], "POST");
    assert.deepEqual([post.status, post.fields.get("allow")], [405, "GET, HEAD, OPTIONS"]);
    assert.equal((await ask(served, "/s/a.txt", [], "OPTIONS")).status, 204);
  });
});

testOnBoth(
  "serve({ static }) takes a path for what it is equal to, however it is escaped, and leads out of no prefix by that",
  async (by) => {
    const site = createSite({ "fü.txt": "umlaut", "a.txt": "a", "docs/b.txt": "b" });
    for (const prefix of ["/für", "/f%c3%bcr", "/%66%C3%BCr"]) {
      await withServer({ fetch: APP, static: [{ root: site, prefix }], ...by }, async (served) => {
        const targets = [
          "/f%C3%BCr/f%C3%BC.txt",
          "/f%c3%bcr/f%c3%bc.txt",
          "/%66%c3%BCr/a.txt",
          "/f%c3%bcr/%61%2etxt",
          "/f%c3%bcr/docs%2Fb.txt",
        ];
        assert.deepEqual(await answers(served, targets), ["200 umlaut", "200 umlaut", "200 a", "200 a", "200 b"]);
      });
    }
    await withServer({ fetch: APP, static: [{ root: site, prefix: "/assets" }], ...by }, async (served) => {
      // Twice: from the disk, and from memory.
      for (let count = 0; count < 2; count++) {
        assert.deepEqual(await answers(served, ["/%61ssets/a.txt", "/asset%73/a.txt"]), ["200 a", "200 a"]);
      }
      const [redirect, ...others] = ["/%61ssets", "/assets%2Fa.txt", "/assets/%2%46", "/%61ssets/..%2fa.txt", "/%61ssets%2f..%2fa.txt"];
      assert.equal((await ask(served, redirect!)).status, 200);
      const statuses = await Promise.all(others.map((target) => ask(served, target)));
      assert.deepEqual(statuses.map(({ status, body }) => `${status} ${body.slice(0, 3)}`), ["200 app", "400 the", "400 the", "200 app"]);
    });
    await withServer({ static: [{ root: site, prefix: "/assets" }, { root: OTHER }], ...by }, async (served) => {
      assert.deepEqual(await answers(served, ["/%61ssets/b.txt", "/%62.txt"]), ["404 no such file\n", "200 b of the other"]);
    });
  },
);

testOnBoth("serve({ static }) serves a single file for its prefix alone, and nothing below or beside it", async (by) => {
  const site = createSite({ "icon.svg": "<svg/>", "icon.svg.gz": "packed", "other.txt": "other", ".env": "secret" });
  symlinkSync("icon.svg", join(site, "link.png"));
  const file = join(site, "icon.svg");
  const shared = { precompressed: true, listing: true, index: ["other.txt"], cacheTtlMs: 0 };
  const maps = [{ root: file, prefix: "/favicon.ico", ...shared }, {
    root: join(site, "link.png"),
    prefix: "/l",
    redirect: false,
    ...shared,
  }];
  await withServer({ static: maps, ...by }, async (served) => {
    for (let count = 0; count < 2; count++) {
      const found = await ask(served, "/favicon.ico?v=1", ["Accept-Encoding: gzip"]);
      assert.deepEqual([found.status, found.body, found.fields.get("content-type")], [200, "<svg/>", "image/svg+xml; charset=utf-8"]);
      assert.equal((await ask(served, "/favicon.ico", [`If-None-Match: ${found.fields.get("etag")}`])).status, 304);
    }
    // The name that it was given says of which type it is.
    assert.equal((await ask(served, "/l")).fields.get("content-type"), "image/png");
    const below = ["/", "/x", "/%2e", "/other.txt", "/..%2fother.txt", "/icon.svg", "%2f", ".gz", "x", "%00"];
    for (const rest of below) {
      const { status, body } = await ask(served, `/favicon.ico${rest}`);
      assert.ok(status === 404 && body === "no such file\n" || status === 400 || rest === "/%2e", `${rest}: ${status} ${body}`);
      assert.doesNotMatch(body, /svg|other\b/);
    }
    assert.equal((await ask(served, "/favicon.ico", [], "HEAD")).fields.get("content-length"), "6");
    assert.equal((await ask(served, "/favicon.ico", ["Range: bytes=1-3"])).body, "svg");
    // What comes in its place is served if it is a file, and lies there itself.
    const put = (make: (path: string) => void) => {
      make(join(site, "new"));
      renameSync(join(site, "new"), file);
    };
    put((path) => writeFileSync(path, "another"));
    assert.equal((await ask(served, "/favicon.ico")).body, "another");
    put((path) => symlinkSync("other.txt", path));
    assert.equal((await ask(served, "/favicon.ico")).status, 404);
    rmSync(file);
    mkdirSync(file);
    writeFileSync(join(file, "other.txt"), "other");
    for (const rest of ["", "/", "/other.txt"]) assert.equal((await ask(served, `/favicon.ico${rest}`)).status, 404);
    rmSync(file, { recursive: true });
    assert.equal((await ask(served, "/favicon.ico")).status, 404);
    assert.deepEqual(served.heard.errors, []);
  });
  await withServer({ fetch: APP, static: [{ root: join(site, "other.txt"), skipExtensions: [".css"] }], ...by }, async (served) => {
    assert.deepEqual(await answers(served, ["/", "/other.txt"]), ["200 other", "200 app GET /other.txt"]);
  });
  await withServer({ fetch: APP, static: [{ root: join(site, "other.txt"), skipExtensions: [".txt"] }], ...by }, async (served) => {
    assert.deepEqual(await answers(served, ["/"]), ["200 app GET /"]);
  });
});

testOnBoth("serve({ static }) before a yield app", async (by) => {
  const application = function* (env: Record<string, unknown>, start: (status: string, fields: [string, string][]) => void) {
    start("200 OK", [["content-type", "text/plain"]]);
    yield "yielded ";
    yield String(env["PATH_INFO"]);
  };
  await withServer({ application, static: [{ root: SITE }], ...by }, async (served) => {
    assert.deepEqual(await answers(served, ["/a.txt", "/none"]), ["200 a of the site", "200 yielded /none"]);
    assert.equal((await ask(served, "/large.bin")).body.length, LARGE);
    assert.deepEqual(served.heard.errors, []);
  });
});

testOnBoth(
  "serve({ static }): files on their way without a core are counted, and past the bound of offload one keeps its core",
  async (by) => {
    await withServer({ fetch: APP, static: [{ root: SITE }], async: 2, offload: 1, ...by }, async (served) => {
      const client = await served.connect();
      client.pause();
      client.send("GET /large.bin HTTP/1.1\r\nHost: a\r\n\r\n");
      await until(() => served.server.stats().offloaded === 1);
      assert.deepEqual([served.server.stats().busy, served.server.stats().offloadedRequests], [0, 1]);
      const second = await served.connect();
      second.pause();
      second.send("GET /large.bin HTTP/1.1\r\nHost: a\r\n\r\n");
      // Past the bound it keeps its core, and nothing is refused.
      await until(() => served.server.stats().staticRequests === 2);
      assert.deepEqual([served.server.stats().busy, served.server.stats().offloaded], [1, 1]);
      assert.deepEqual(await answers(served, ["/a.txt", "/none"]), ["200 a of the site", "200 app GET /none"]);
      client.resume();
      second.resume();
      await until(() => client.text.length > LARGE && second.text.length > LARGE);
      await until(() => served.server.stats().busy === 0 && served.server.stats().offloaded === 0);
      client.destroy();
      second.destroy();
      // The place is free again.
      const third = await served.connect();
      third.pause();
      third.send("GET /large.bin HTTP/1.1\r\nHost: a\r\n\r\n");
      await until(() => served.server.stats().offloaded === 1);
      third.destroy();
      await until(() => served.server.stats().offloaded === 0);
      assert.deepEqual(served.heard.errors, []);
    });
  },
);

testOnBoth("serve({ static }): a file that its client takes slowly has given its core back, and comes whole", async (by) => {
  await withServer({ fetch: APP, static: [{ root: SITE }], async: 1, ...by }, async (served) => {
    const clients = await Promise.all([1, 2, 3].map(() => served.connect()));
    for (const client of clients) {
      client.pause();
      client.send("GET /large.bin HTTP/1.1\r\nHost: a\r\n\r\n");
    }
    await until(() => served.server.stats().staticRequests === 3 && served.server.stats().busy === 0);
    assert.equal(served.server.stats().offloadedRequests, 3);
    assert.deepEqual(await answers(served, ["/none"]), ["200 app GET /none"]);
    for (const client of clients) client.resume();
    for (const client of clients) {
      await until(() => client.text.length > LARGE);
      const { status, fields, body } = parseAnswer(client.text);
      assert.deepEqual([status, new Map(fields).get("content-length"), body.length], [200, String(LARGE), LARGE]);
      assert.equal(body, "\x07".repeat(LARGE));
      client.destroy();
    }
    assert.deepEqual(served.heard.errors, []);
  });
});

testOnBoth("serve({ static }): large parts, and what has conditions beside its range", async (by) => {
  await withServer({ static: [{ root: SITE }], ...by }, async (served) => {
    const part = await ask(served, "/large.bin", ["Range: bytes=1000000-5999999"]);
    assert.deepEqual([part.status, part.fields.get("content-range"), part.body.length], [206, `bytes 1000000-5999999/${LARGE}`, 5_000_000]);
    const last = await ask(served, "/large.bin", ["Range: bytes=-2000000"]);
    assert.deepEqual([last.status, last.body.length], [206, 2_000_000]);
    // Another version is asked for: then the whole, whatever range there is.
    const whole = await ask(served, "/large.bin", ["Range: bytes=0-9", 'If-Range: "other"']);
    assert.deepEqual([whole.status, whole.body.length], [200, LARGE]);
    const type = whole.fields.get("content-type");
    assert.equal(type, "application/octet-stream");
    for (const { fields } of [whole, part, await ask(served, "/large.bin")]) {
      // Bun's server names a file by its descriptor where nothing else is said (1.4.5).
      assert.equal(fields.get("content-disposition") ?? "inline", "inline");
    }
    const head = await ask(served, "/large.bin", [], "HEAD");
    assert.deepEqual([head.fields.get("content-length"), head.body], [String(LARGE), ""]);
  });
});

testOnBoth(
  "serve({ static }): a small file that is not in memory, and a small part of a large one, have their length on the wire",
  async (by) => {
    const site = createSite({
      "most.bin": new Uint8Array(262_144).fill(7),
      "404.html": "no such page",
      "large.bin": new Uint8Array(LARGE).fill(7),
    });
    const cases = [["/most.bin", 200, 262_144], ["/none", 404, 12], ["/large.bin", 206, 5]] as const;
    for (const cacheBytes of [0, 1_000_000]) {
      await withServer({ static: [{ root: site, cacheBytes, notFound: "404.html" }], ...by }, async (served) => {
        for (const [target, status, bytes] of cases) {
          const answer = await ask(served, target, target === "/large.bin" ? ["Range: bytes=100-104"] : []);
          assert.deepEqual(
            [answer.status, answer.fields.get("content-length"), answer.body.length],
            [status, String(bytes), bytes],
            target,
          );
          assert.equal(answer.fields.get("transfer-encoding"), undefined, target);
        }
        assert.deepEqual([served.server.stats().busy, served.heard.errors], [0, []]);
      });
    }
  },
);

testOnBoth(
  "serve({ static }): what is no file is answered by a folder's page, also where a single file is the last one, or above it",
  async (by) => {
    const site = createSite({ "404.html": "no such page", "icon.svg": "<svg/>" });
    const notFound = "404.html";
    const icon: StaticMap = { root: join(site, "icon.svg"), prefix: "/favicon.ico", notFound };
    for (const maps of [[{ root: site, prefix: "/s", notFound }, icon], [icon, { root: site, notFound }]]) {
      await withServer({ static: maps, ...by }, async (served) => {
        assert.deepEqual(await answers(served, ["/none", "/favicon.ico/x", "/favicon.ico"]), [
          "404 no such page",
          "404 no such page",
          "200 <svg/>",
        ]);
      });
    }
    await withServer({ static: [icon], ...by }, async (served) => {
      assert.deepEqual(await answers(served, ["/none"]), ["404 no such file\n"]);
    });
  },
);

/** Shortens a file while it is sent, and looks for the connection's end. */
async function shorten(served: Served, path: string, request: string): Promise<void> {
  const client = await served.connect();
  client.send(request);
  await until(() => client.received > 0);
  client.pause();
  truncateSync(path, 1000);
  client.resume();
  await until(() => client.closed || client.ended);
  assert.ok(client.received < HUGE, `${client.received} bytes`);
  client.destroy();
}

testOnBoth(
  "serve({ static }): a file that becomes shorter while it is sent ends its connection, which the client did not ask for",
  async (by) => {
    const site = createSite({ "huge.bin": new Uint8Array(HUGE).fill(1) });
    const path = join(site, "huge.bin");
    await withServer({ static: [{ root: site }], ...by }, async (served) => {
      await shorten(served, path, "GET /huge.bin HTTP/1.1\r\nHost: a\r\n\r\n");
      appendFileSync(path, "more");
      assert.equal((await ask(served, "/huge.bin")).body.length, 1004);
    });
  },
);

testOnBoth("serve({ static }): a file that becomes shorter ends its connection before its request's body has come, too", async (by) => {
  const site = createSite({ "huge.bin": new Uint8Array(HUGE).fill(1) });
  await withServer({ static: [{ root: site }], ...by }, async (served) => {
    await shorten(served, join(site, "huge.bin"), "GET /huge.bin HTTP/1.1\r\nHost: a\r\nContent-Length: 5000\r\n\r\nx");
  });
});

testOnBoth("serve({ static }) remembers what is no file for cachePathsMs, and no longer, of each folder by itself", async (by) => {
  const [first, second] = [createSite({}), createSite({ "b.txt": "second b" })];
  const cachePathsMs = 60_000;
  const platform = await selectPlatform();
  const { clock } = platform;
  let aheadMs = 0;
  const shifted: Clock = {
    now: () => clock.now(),
    wallTime: () => clock.wallTime() + aheadMs,
    setTimer: (...args) => clock.setTimer(...args),
    nextTurn: (callback) => clock.nextTurn(callback),
  };
  const maps: readonly StaticMap[] = [{ root: first, cachePathsMs }, { root: second, cachePathsMs }];
  await withServer({ fetch: APP, static: maps, platform: { ...platform, clock: shifted }, ...by }, async (served) => {
    assert.deepEqual(await answers(served, ["/a.txt", "/b.txt"]), ["200 app GET /a.txt", "200 second b"]);
    writeFileSync(join(first, "a.txt"), "first a");
    writeFileSync(join(first, "b.txt"), "first b");
    assert.deepEqual(await answers(served, ["/a.txt?x", "/b.txt"]), ["200 app GET /a.txt", "200 second b"]);
    aheadMs = cachePathsMs + 1;
    assert.deepEqual(await answers(served, ["/a.txt", "/b.txt"]), ["200 first a", "200 first b"]);
  });
  writeFileSync(join(first, "app.html"), "page");
  const fallback: StaticMap = { root: first, cachePathsMs: 60_000, fallback: "app.html" };
  await withServer({ fetch: APP, static: [fallback], ...by }, async (served) => {
    assert.deepEqual(await answers(served, ["/x"]), ["200 app GET /x"]);
    assert.equal((await ask(served, "/x", ["Accept: text/html"])).body, "page");
  });
});

testOnBoth("serve({ static }): a prefix with letters that URLs escape, and with dots", async (by) => {
  const maps: readonly StaticMap[] = [{ root: SITE, prefix: "/f\u00fc r/" }, { root: SITE, prefix: "/x/../{d}" }];
  await withServer({ fetch: APP, static: maps, ...by }, async (served) => {
    assert.deepEqual(await answers(served, ["/f%C3%BC%20r/a.txt", "/%7Bd%7D/a.txt", "/x/a.txt"]), [
      "200 a of the site",
      "200 a of the site",
      "200 app GET /x/a.txt",
    ]);
  });
});

testOnBoth("serve({ static }) before an app in threads", async (by) => {
  await withServer({ module: WORKER_APP, async: 2, static: [{ root: SITE }], ...by }, async (served) => {
    const [file, app] = await answers(served, ["/a.txt", "/none"]);
    assert.equal(file, "200 a of the site");
    assert.equal(JSON.parse(app!.slice(4)).path, "/none");
    // In many pieces, between which it gives way as no engine but the files' own knows of.
    assert.equal((await ask(served, "/large.bin", ["Range: bytes=1-"])).body.length, LARGE - 1);
    assert.deepEqual(served.heard.errors, []);
  });
});

test("serve({ static }): an app behind it suspends as ever, and one switch is its lookup's", LIMIT, async () => {
  const fetch = async () => {
    await suspend();
    return new Response("suspended");
  };
  await withServer({ fetch, static: [{ root: SITE }] }, async (served) => {
    assert.deepEqual(await answers(served, ["/none"]), ["200 suspended"]);
    assert.deepEqual(served.heard.requests.map(({ switches }) => switches), [2]);
  });
});

test("serve({ static }) refuses folders that are not there, and prefixes without a slash", LIMIT, async () => {
  const cases: readonly (readonly [map: StaticMap, message: RegExp])[] = [
    [{ root: `${SITE}/none` }, /serve the files of ".*none": no such folder/],
    [{ root: `${SITE}/none/a.txt` }, /serve the files of ".*a.txt": no such folder or file/],
    [{ root: `${SITE}/a.txt/b` }, /serve the files of ".*b": it is neither a folder nor a file/],
    [{ root: "/dev/null" }, /serve the files of "\/dev\/null": it is neither a folder nor a file/],
    [{ root: `${SITE}/a.txt`, keepPrefix: true }, /serve the files of ".*a.txt": it is a file, below which no path leads anywhere/],
    [{ root: SITE, prefix: "s" }, /must begin with a slash/],
    [{ root: SITE, prefix: "/s?a" }, /the prefix "\/s\?a" is no path: write "\?" as %3F/],
  ];
  for (const [map, message] of cases) {
    await assert.rejects(serve({ fetch: APP, port: 0, static: [map] }).ready, { name: "ConfigError", message });
  }
  assert.throws(() => serve({ port: 0, static: [] }), { name: "ConfigError" });
});
