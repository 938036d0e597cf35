/** Static files of a disk that fails, stands still, or has no descriptors to give. */
import assert from "node:assert/strict";
import { selectPlatform } from "../../src/io/select.ts";
import { appFile, servingCli } from "../support/cli_server.ts";
import { testOnBoth } from "../support/loops.ts";
import { parseAnswer } from "../support/parse_answer.ts";
import { type OpenScript, ScriptedFolder, systemError } from "../support/scripted_folder.ts";
import { pause, type Served, until, withServer } from "../support/served.ts";
import { createSite } from "../support/static_site.ts";
import { testUnless } from "../support/test_unless.ts";

const get = (target: string) => `GET ${target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`;

async function withFolder(
  script: OpenScript,
  options: object,
  use: (served: Served, folder: ScriptedFolder) => Promise<void>,
): Promise<void> {
  const folder = new ScriptedFolder(script);
  const platform = { ...await selectPlatform(), openFolder: () => Promise.resolve(folder) };
  const served = { fetch: () => new Response("app"), static: [{ root: "scripted" }], platform, ...options };
  await withServer(served, (server) => use(server, folder));
}

testOnBoth("static files without a descriptor left: 503 with Retry-After, told of once a second, and no error", async (by) => {
  let code = "EMFILE";
  const script = () => {
    if (code !== "") throw systemError(code);
    return "there";
  };
  await withFolder(script, by, async ({ exchange, heard }) => {
    const answers = await Promise.all(["/a", "/b", "/c"].map((target) => exchange(get(target))));
    for (const answer of answers) {
      const { status, fields } = parseAnswer(answer);
      assert.deepEqual([status, new Map(fields).get("retry-after")], [503, "1"]);
    }
    assert.equal(heard.warnings.length, 1);
    assert.match(heard.warnings[0]!, /a static file was answered with 503: this process \(ulimit -n\) has no descriptors left/);
    await pause(1100);
    code = "ENFILE";
    assert.equal(parseAnswer(await exchange(get("/d"))).status, 503);
    assert.match(
      heard.warnings[1]!,
      /the system \(fs\.file-max\) has no descriptors left.* \(and 2 more times since the last such line\)$/,
    );
    code = "";
    assert.equal(parseAnswer(await exchange(get("/a"))).body, "there");
    assert.deepEqual(heard.errors, []);
  });
});

testOnBoth("static files that may not be read are a 403 that is told of; other failures of the disk are a 500 and an error", async (by) => {
  const script = (path: string) => {
    throw systemError(path === "denied.txt" ? "EACCES" : "EIO");
  };
  await withFolder(script, by, async ({ exchange, heard }) => {
    for (let count = 0; count < 3; count++) assert.equal(parseAnswer(await exchange(get("/denied.txt"))).status, 403);
    assert.deepEqual(heard.warnings, ["GET /denied.txt was answered with 403: heddle's user may not read that file"]);
    assert.equal(parseAnswer(await exchange(get("/broken.txt"))).status, 500);
    assert.deepEqual(heard.errors.map(({ name }) => name), ["GET /broken.txt"]);
  });
});

testOnBoth("static files of a disk that stands still: harakiri answers 504, and its core is back when the disk is", async (by) => {
  const waiting: ((text: string) => void)[] = [];
  const script = (path: string) => {
    if (path === "none") return Promise.reject(systemError("ENOENT"));
    return new Promise<string>((resolve) => waiting.push(resolve));
  };
  let called = 0;
  const fetch = () => {
    called++;
    return new Response("app");
  };
  await withFolder(script, { fetch, async: 2, harakiriMs: 300, ...by }, async ({ exchange, connect, server, heard }, folder) => {
    assert.equal(parseAnswer(await exchange(get("/slow"))).status, 504);
    assert.deepEqual([server.stats().lost, server.stats().busy], [1, 1]);
    // Other requests go on meanwhile.
    assert.equal(parseAnswer(await exchange(get("/none"))).body, "app");
    waiting.shift()!("late");
    await until(() => server.stats().lost === 0 && server.stats().busy === 0);
    // One whose client has gone is let go of as well.
    const client = await connect();
    client.send(get("/gone"));
    await until(() => waiting.length === 1);
    client.destroy();
    await pause(50);
    waiting.shift()!("nobody's");
    await until(() => server.stats().busy === 0 && folder.held === 0);
    assert.deepEqual([called, heard.errors], [1, []]);
  });
});

const OPEN_FILES = 64;
const SITE = createSite({ "a.txt": "a" });

/** Takes every descriptor that is left, those too that a thread is still closing, and gives them back. */
const EATER = appFile(
  `import { closeSync, openSync } from "node:fs";
  const eaten = [];
  function eat() {
    try { for (;;) eaten.push(openSync("/dev/null")); } catch (error) { return error.code; }
  }
  async function eatAll() {
    let code = eat();
    for (let had = eaten.length, quiet = 0; quiet < 10; had = eaten.length) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      code = eat();
      quiet = eaten.length === had ? quiet + 1 : 0;
    }
    return new Response("eaten until " + code);
  }
  export default {
    fetch(request) {
      if (!request.url.endsWith("/free")) return eatAll();
      while (eaten.length > 0) closeSync(eaten.pop());
      return new Response("freed");
    },
  };`,
);

testUnless(null, "heddle serve with no descriptor left answers static files with 503, and goes on", async () => {
  const args = [EATER, "--static-map", `/s=${SITE}`, "--static-cache-bytes", "0"];
  await servingCli(args, async ({ cli, connect }) => {
    const client = await connect();
    const ask = async (target: string, answer: RegExp) => {
      const from = client.text.length;
      client.send(`GET ${target} HTTP/1.1\r\nHost: a\r\n\r\n`);
      await until(() => answer.test(client.text.slice(from)));
    };
    await ask("/s/a.txt", / 200 OK\r\n.*\r\n\r\na$/s);
    await ask("/eat", /eaten until EMFILE/);
    for (let count = 0; count < 5; count++) await ask("/s/a.txt", / 503 .*\r\nretry-after: 1\r\n.*too many files are open\n/s);
    await ask("/free", /freed/);
    await ask("/s/a.txt", / 200 OK\r\n.*\r\n\r\na$/s);
    await cli.untilStderr(/WARNING \*\*\* a static file was answered with 503: this process \(ulimit -n\) has no descriptors left/);
    assert.doesNotMatch(cli.stderr, /ERROR/);
  }, OPEN_FILES);
}, 60_000);
