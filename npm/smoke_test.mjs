/**
 * Installs the packed package into an empty folder and uses it as a stranger would. Plain JavaScript, since Node 20 runs it too.
 *
 * HEDDLE_TARBALL names the tarball, HEDDLE_TSC the TypeScript compiler's script.
 */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import process from "node:process";
import { after, before, test } from "node:test";
import { serveOnce, serveUntilHang } from "../tests/support/serve_once.mjs";

const folder = mkdtempSync(join(tmpdir(), "heddle-npm-"));
/** npm, npx and the package's command must run on the Node that runs this. */
const env = { ...process.env, PATH: `${dirname(process.execPath)}${delimiter}${process.env.PATH}` };
const command = "node_modules/.bin/heddle";

before(async () => {
  write("package.json", JSON.stringify({ private: true, type: "module" }));
  await run("npm", ["install", "--prefer-offline", "--no-fund", "--no-audit", process.env.HEDDLE_TARBALL, "hono@4"]);
}, { timeout: 120_000 });

after(() => rmSync(folder, { recursive: true, force: true }));

test("package brings croner and mime, which have no dependencies, cli-progress with its five, and no other package", () => {
  const { dependencies, bin, engines } = JSON.parse(readFileSync(join(folder, "node_modules/heddle/package.json"), "utf8"));
  assert.deepEqual(Object.keys(dependencies), ["cli-progress", "croner", "mime"]);
  assert.deepEqual(Object.keys(bin), ["heddle"]);
  assert.equal(engines.node, ">=20");
});

test("import of heddle serves a request", { timeout: 80_000 }, async () => {
  write(
    "program.js",
    `import { serve, sleep } from "heddle";
     const server = serve({ port: 0, async: 2, fetch: async (request) => { await sleep(5); return new Response(new URL(request.url).pathname); } });
     await server.ready;
     const answer = await fetch(new URL("/from/here", server.url));
     console.log(answer.status, await answer.text());
     await server.close();`,
  );
  assert.equal(await run(process.execPath, ["program.js"]), "200 /from/here\n");
});

test("import of heddle/static serves a folder", { timeout: 80_000 }, async () => {
  write("page.html", "<p>a page</p>");
  write(
    "static.js",
    `import { serve } from "heddle";
     import { staticFiles } from "heddle/static";
     const server = serve({ port: 0, fetch: staticFiles(".").fetch });
     await server.ready;
     const answer = await fetch(new URL("/page.html", server.url));
     console.log(answer.status, answer.headers.get("content-type"), await answer.text());
     await server.close();`,
  );
  assert.equal(await run(process.execPath, ["static.js"]), "200 text/html; charset=utf-8 <p>a page</p>\n");
});

test("npx heddle --version tells the package's version", { timeout: 80_000 }, async () => {
  const { version } = JSON.parse(readFileSync(join(folder, "node_modules/heddle/package.json"), "utf8"));
  assert.match(await run("npx", ["--no-install", "heddle", "--version"]), new RegExp(`\\b${version.replaceAll(".", "\\.")}\\b`));
});

test("heddle precompress writes compressed files, in threads of its own", { timeout: 80_000 }, async () => {
  mkdirSync(join(folder, "site"));
  write("site/app.js", "export let a = 1;\n".repeat(500));
  assert.match(await run(command, ["precompress", "site", "--coding", "gzip", "--coding", "br"]), /: 2 written, 0 up to date/);
  assert.deepEqual(readdirSync(join(folder, "site")).sort(), ["app.js", "app.js.br", "app.js.gz"]);
});

test("threads run an app of the command, and of a program", { timeout: 80_000 }, async () => {
  write(
    "threads.js",
    `import { sleepSync } from "heddle";
     export default () => {
       sleepSync(5);
       return new Response("slept");
     };`,
  );
  assert.deepEqual(await serveOnce(command, ["serve", "threads.js", "--suspend", "worker"], { cwd: folder, env }), {
    status: 200,
    text: "slept",
    code: 0,
  });
  write(
    "threads_program.js",
    `import { serve } from "heddle";
     const server = serve({ port: 0, module: import.meta.resolve("./threads.js") });
     await server.ready;
     console.log(await (await fetch(server.url)).text());
     await server.close();`,
  );
  assert.equal(await run(process.execPath, ["threads_program.js"]), "slept\n");
});

test("heddle serve runs a hello and stops on SIGTERM", { timeout: 80_000 }, async () => {
  write("hello.js", `export default { fetch: () => new Response("Hello, World!\\n") };`);
  assert.deepEqual(await serveOnce(command, ["serve", "hello.js"], { cwd: folder, env }), {
    status: 200,
    text: "Hello, World!\n",
    code: 0,
  });
});

test(
  "heddle serve whose event loop is blocked is ended by its watchdog, which names request and function",
  { timeout: 80_000 },
  async () => {
    write("spin.js", `export default { fetch: function spinForEver() { for (;;); } };`);
    const { signal, log } = await serveUntilHang(command, ["serve", "spin.js", "--harakiri", "1"], { cwd: folder, env });
    assert.equal(signal, "SIGKILL", log);
    assert.match(log, /blocked by \[core 0\] GET \/, running [^\n]*\n {4}at (?:\w+\.)?spinForEver /);
  },
);

test("heddle serve runs a Hono app that asks for its client", { timeout: 80_000 }, async () => {
  write(
    "hono.js",
    `import { Hono } from "hono";
     import { getConnInfo } from "heddle/hono";
     export default new Hono().get("/hello/:name", (c) => c.json({ name: c.req.param("name"), from: getConnInfo(c).remote.address }));`,
  );
  const answer = await serveOnce(command, ["serve", "hono.js"], { cwd: folder, env, path: "/hello/you" });
  assert.deepEqual(answer, { status: 200, text: `{"name":"you","from":"127.0.0.1"}`, code: 0 });
});

test("types of the package compile in a strict project without its sources", { timeout: 80_000 }, async () => {
  write(
    "program.ts",
    `import { serve, sleep, type Server } from "heddle";
     import { getConnInfo } from "heddle/hono";
     import { Hono } from "hono";
     const app = new Hono().get("/", async (c) => { await sleep(1); return c.text(String(getConnInfo(c).remote.port)); });
     export const server: Server = serve({ fetch: (request) => app.fetch(request), port: 0 });`,
  );
  const compilerOptions = {
    strict: true,
    noEmit: true,
    module: "nodenext",
    target: "es2022",
    lib: ["es2023", "dom", "dom.iterable"],
    types: [],
  };
  write("tsconfig.json", JSON.stringify({ compilerOptions, files: ["program.ts"] }));
  assert.equal(await run(process.execPath, [process.env.HEDDLE_TSC, "-p", "."]), "");
});

function write(name, text) {
  writeFileSync(join(folder, name), text);
}

/** Runs a command to its end in the folder; gives its standard output. */
function run(command, args) {
  return new Promise((resolve, reject) => {
    execFile(command, args, { cwd: folder, env, timeout: 110_000 }, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(new Error(`run "${command} ${args.join(" ")}": ${error.message}\n${stdout}${stderr}`));
    });
  });
}
