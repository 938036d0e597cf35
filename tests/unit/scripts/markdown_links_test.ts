import assert from "node:assert/strict";
import { test } from "node:test";
import { checkLinks, checkNamedFiles, checkQuotedTests } from "../../../scripts/markdown_links.ts";

const PAGES = new Map([
  ["README.md", "# heddle\n\n[a](docs/a.md) [b](docs/a.md#some-words-here) [c](#heddle) [d](https://example.com/x) [e](docs)\n"],
  ["docs/a.md", "## Some `words`, here\n\n```\n[not](a-link.md)\n```\n\n[up](../README.md) [gone](b.md) [nowhere](../README.md#nothing)\n"],
]);

const exists = (path: string) => path === "docs";

test("checkLinks() finds nothing on a page whose links lead somewhere", () => {
  assert.deepEqual(checkLinks("README.md", PAGES, exists), []);
});

test("checkLinks() reports a file and a heading that are not there, and leaves code alone", () => {
  assert.deepEqual(checkLinks("docs/a.md", PAGES, exists), [
    'docs/a.md:7: link to "b.md": there is no "docs/b.md"',
    'docs/a.md:7: link to "../README.md#nothing": "README.md" has no such heading',
  ]);
});

test("checkNamedFiles() reports a named source file that is gone", () => {
  const files = new Set(["src/core/pool.ts", "mod.ts"]);
  assert.deepEqual(
    checkNamedFiles("docs/a.md", "`src/core/pool.ts`, `core/pool.ts`, `pool.ts` and mod.ts; `io/{deno,bun}*.ts`", files),
    [],
  );
  assert.deepEqual(checkNamedFiles("docs/a.md", "one\n`src/core/tank.ts` and `tank.ts`", files), [
    'docs/a.md:2: names "src/core/tank.ts", which is gone',
    'docs/a.md:2: names "tank.ts", which is gone',
  ]);
});

test("checkQuotedTests() reports a quoted test that is gone, and leaves other links alone", () => {
  const tests = new Map([["tests/a_test.ts", 'test("a() gives way", () => {});']]);
  const page = "[a() gives way](../tests/a_test.ts) [a() holds](../tests/a_test.ts)\n[elsewhere](b.md)\n";
  assert.deepEqual(checkQuotedTests("docs/x.md", page, tests), ['docs/x.md:1: "a() holds" is not in "../tests/a_test.ts"']);
});
