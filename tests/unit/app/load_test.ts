import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { Hono } from "hono";
import { findApp, loadApp } from "../../../src/app/load.ts";
import { ConfigError } from "../../../src/errors.ts";

const handler = () => new Response("x");

const found: ReadonlyArray<readonly [string, Record<string, unknown>, "fetch" | "yield", RegExp]> = [
  ["export default { fetch }", { default: { fetch: handler } }, "fetch", /default export, its fetch/],
  ["a Hono app", { default: new Hono() }, "fetch", /a Hono/],
  ["a function of a request", { default: handler }, "fetch", /a function of a request/],
  ["an async function", { default: async () => await handler() }, "fetch", /a function of a request/],
  ["a function with a fetch of its own", { default: Object.assign(() => {}, { fetch: handler }) }, "fetch", /its fetch/],
  ["export fetch", { fetch: handler }, "fetch", /export fetch/],
  ["a generator function", { default: function* () {} }, "yield", /GeneratorFunction/],
  ["an async generator function", { default: async function* () {} }, "yield", /AsyncGeneratorFunction/],
  ["export application", { application: () => [] }, "yield", /export application/],
  ["several: the default goes first", { default: handler, application: () => [] }, "fetch", /default export/],
];

for (const [what, module, kind, description] of found) {
  test(`findApp() takes ${what}`, () => {
    const loaded = findApp(module, "app.ts");
    assert.equal(loaded.app.kind, kind);
    assert.match(loaded.description, description);
  });
}

test("findApp() calls an object's fetch as its method", async () => {
  class Service {
    readonly text = "mine";
    fetch(): Response {
      return new Response(this.text);
    }
  }
  const { app } = findApp({ default: new Service() }, "app.ts");
  assert.equal(app.kind, "fetch");
  const response = app.kind === "fetch" ? await app.fetch(new Request("http://localhost/"), {}, {} as never) : null;
  assert.equal(await response?.text(), "mine");
});

const refused: ReadonlyArray<readonly [string, Record<string, unknown>, RegExp]> = [
  ["nothing", {}, /"app.ts": it exports nothing; heddle runs export default/],
  ["no handler", { default: 1, other: 2 }, /it exports default, other, and none is a handler/],
  ["an Express app", { default: Object.assign(() => {}, { handle: () => {}, listen: () => {} }) }, /this is an Express app/],
  ["a Koa app", { default: { callback: () => {}, middleware: [] } }, /this is a Koa app/],
  ["a (req, res) function", { default: (_request: unknown, res: unknown) => res }, /takes \(req, res\)/],
];

for (const [what, module, message] of refused) {
  test(`findApp() refuses ${what}, and says what to do`, () => {
    assert.throws(() => findApp(module, "app.ts"), (error: unknown) => error instanceof ConfigError && message.test(error.message));
  });
}

async function withModule(text: string, name: string, run: (directory: string) => Promise<void>): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), "heddle-load-"));
  try {
    await writeFile(join(directory, name), text);
    await run(directory);
  } finally {
    await rm(directory, { recursive: true });
  }
}

// Bun 1.4 imports no file with a "?" in its name, by path or by URL: so none is here.
test('loadApp() loads a file whose name has "#", "%" and a space', async () => {
  const name = "an app #1 100%.mjs";
  await withModule("export default { fetch: () => new Response('x') };", name, async (directory) => {
    assert.equal((await loadApp(name, directory)).app.kind, "fetch");
    assert.equal((await loadApp(join(directory, name), "/")).app.kind, "fetch");
  });
});

const broken: ReadonlyArray<readonly [string, string, RegExp]> = [
  ["throws", "throw new Error('no database')", /it failed while loading: Error: no database \(at .*app\.mjs:1:\d+\)$/],
  ["has a syntax error", "export default {", /it failed while loading: /],
  ["imports what is not there", "import 'not-a-package-at-all'; export default 1", /it failed while loading: .*not-a-package-at-all/],
];

for (const [what, text, message] of broken) {
  test(`loadApp() of a module that ${what} gives one line`, async () => {
    await withModule(text, "app.mjs", async (directory) => {
      await assert.rejects(loadApp("app.mjs", directory), (error: unknown) => {
        assert.ok(error instanceof ConfigError);
        assert.match(error.message, message);
        assert.equal(error.message.includes("\n"), false);
        return true;
      });
    });
  });
}

test("loadApp() of a file that is not there says so", async () => {
  await withModule("", "other.mjs", async (directory) => {
    await assert.rejects(loadApp("app.mjs", directory), { message: 'load app "app.mjs": no such file' });
  });
});
