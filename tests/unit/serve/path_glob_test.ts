import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { matchesGlob } from "../../../src/serve/path_glob.ts";

test("matchesGlob() knows *, ? and nothing else", () => {
  const cases: ReadonlyArray<readonly [pattern: string, path: string, fits: boolean]> = [
    ["/a", "/a", true],
    ["/a", "/ab", false],
    ["/a*", "/a", true],
    ["/a/*", "/a/b/c", true],
    ["/a/*", "/a", false],
    ["*.png", "/a/b.png", true],
    ["*.png", "/a/b.png/", false],
    ["/?/x", "/a/x", true],
    ["/?/x", "//x", false],
    ["/a.c", "/abc", false],
    ["/[ab]", "/a", false],
    ["*a*b*", "/xaxbx", true],
    ["*a*b", "/xbxa", false],
    ["", "", true],
    ["**", "", true],
  ];
  for (const [pattern, path, fits] of cases) assert.equal(matchesGlob(pattern, path), fits, `${pattern} ${path}`);
});

test("matchesGlob() says what a regular expression says", () => {
  const letters = (...units: string[]) => fc.string({ unit: fc.constantFrom(...units), maxLength: 12 });
  fc.assert(fc.property(letters("a", "b", "*", "?"), letters("a", "b"), (pattern, path) => {
    const expression = new RegExp(`^${pattern.replaceAll("*", ".*").replaceAll("?", ".")}$`);
    assert.equal(matchesGlob(pattern, path), expression.test(path));
  }));
});

test("matchesGlob() takes no more than length times length, where a regular expression would not come back", () => {
  assert.equal(matchesGlob("*a".repeat(30) + "b", "a".repeat(8192)), false);
});
