/** Serves apps that lie outside of the checkout with the executable that HEDDLE_BINARY names. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { serveOnce, serveUntilHang } from "../tests/support/serve_once.mjs";

const binary = process.env.HEDDLE_BINARY;
const folder = mkdtempSync(join(tmpdir(), "heddle-binary-"));
/** No runtime is in its PATH. */
const env = { PATH: "/nowhere", HOME: folder };

before(() => {
  mkdirSync(join(folder, "node_modules"));
  const hono = fileURLToPath(new URL("../node_modules/hono", import.meta.url));
  cpSync(hono, join(folder, "node_modules/hono"), { recursive: true, dereference: true });
  writeFileSync(join(folder, "package.json"), JSON.stringify({ private: true, dependencies: { hono: "*" } }));
});

after(() => rmSync(folder, { recursive: true, force: true }));

test("binary tells its version", { timeout: 80_000 }, () => {
  assert.match(execFileSync(binary, ["--version"], { cwd: folder, env, encoding: "utf8" }), /\d+\.\d+\.\d+/);
});

test("binary serves a TypeScript app from outside, with its own npm import and heddle's", { timeout: 80_000 }, async () => {
  writeFileSync(
    join(folder, "app.ts"),
    `import { Hono } from "hono";
     import { sleep } from "heddle";
     import { getConnInfo } from "heddle/hono";
     import { staticFiles } from "heddle/static";
     enum Greeting { Hello = "Hello" }
     const app = new Hono().use(staticFiles(".", { prefix: "/files" }).middleware);
     app.get("/:name", async (c) => {
       await sleep(5);
       return c.text(\`\${Greeting.Hello as string}, \${c.req.param("name")} at \${getConnInfo(c).remote.address}\`);
     });
     export default app;`,
  );
  const answer = await serveOnce(binary, ["serve", "app.ts"], { cwd: folder, env, path: "/you" });
  assert.deepEqual(answer, { status: 200, text: "Hello, you at 127.0.0.1", code: 0 });
});

test("binary serves a yield app from outside, by its absolute path", { timeout: 80_000 }, async () => {
  const app = join(folder, "yields.ts");
  writeFileSync(
    app,
    `export default function* application(env: object, start: (status: string, fields: [string, string][]) => void): Iterable<string> {
       start("200 OK", [["content-type", "text/plain"]]);
       for (let count = 0; count < 3; count++) yield String(count);
     }`,
  );
  assert.deepEqual(await serveOnce(binary, ["serve", app], { cwd: tmpdir(), env }), { status: 200, text: "012", code: 0 });
});

test("binary whose event loop is blocked is ended by its watchdog, which names the request", { timeout: 80_000 }, async () => {
  writeFileSync(join(folder, "spin.ts"), `export default { fetch() { for (;;); } };`);
  const { signal, log } = await serveUntilHang(binary, ["serve", "spin.ts", "--harakiri", "1"], { cwd: folder, env });
  assert.equal(signal, "SIGKILL", log);
  assert.match(log, /blocked by \[core 0\] GET \/, running/);
});

test("binary writes compressed files, in threads of its own", { timeout: 80_000 }, () => {
  mkdirSync(join(folder, "site"));
  writeFileSync(join(folder, "site/app.js"), "export let a = 1;\n".repeat(500));
  assert.match(execFileSync(binary, ["precompress", "site"], { cwd: folder, env, encoding: "utf8" }), /: 3 written, 0 up to date/);
  assert.deepEqual(readdirSync(join(folder, "site")).sort(), ["app.js", "app.js.br", "app.js.gz", "app.js.zst"]);
});

test("binary runs an app in threads, which import heddle too", { timeout: 80_000 }, async () => {
  writeFileSync(
    join(folder, "threads.ts"),
    `import { sleepSync } from "heddle";
     export default (): Response => {
       sleepSync(5);
       return new Response("slept");
     };`,
  );
  const answer = await serveOnce(binary, ["serve", "threads.ts", "--suspend", "worker"], { cwd: folder, env });
  assert.deepEqual(answer, { status: 200, text: "slept", code: 0 });
});
