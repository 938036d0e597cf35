import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { canonicalPath } from "../../../src/static/canonical_path.ts";
import { resolvePath } from "../../../src/static/resolve_path.ts";

test("canonicalPath() has one form of what RFC 3986 section 6.2.2 calls equal, and leaves what separates and bad escapes", () => {
  const forms: readonly (readonly [path: string, form: string])[] = [
    ["/a/b", "/a/b"],
    ["/f%c3%bc", "/f%C3%BC"],
    ["/%61%5A%7e%2D%2e%5f%30", "/aZ~-._0"],
    ["/a%2fb%3fc%25", "/a%2Fb%3Fc%25"],
    // Decoded once: what comes out is no escape.
    ["/%2561", "/%2561"],
    ["/%2%46", "/%2%46"],
    ["/%2%35", "/%2%35"],
    ["/%zz%c3", "/%zz%c3"],
    ["/%", "/%"],
  ];
  for (const [path, form] of forms) assert.equal(canonicalPath(path), form, path);
});

test("canonicalPath() is its own canonical form, and resolvePath() takes it for the same path (property)", () => {
  const piece = fc.constantFrom(
    "%",
    "2",
    "5",
    "e",
    "E",
    "f",
    "c3",
    "bc",
    "/",
    "a",
    ".",
    "..",
    "%2e",
    "%2F",
    "%25",
    "%61",
    "%c3%bc",
    "%5c",
    "%00",
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 14 }), (pieces) => {
      const path = `/${pieces.join("")}`;
      const form = canonicalPath(path);
      assert.equal(canonicalPath(form), form);
      assert.deepEqual(resolvePath(form, true), resolvePath(path, true));
    }),
    { numRuns: 2000 },
  );
});
