import assert from "node:assert/strict";
import { test } from "node:test";
import { resolvePath } from "../../../src/static/resolve_path.ts";

const CASES: readonly (readonly [pathname: string, expected: string])[] = [
  ["/", ""],
  ["", ""],
  ["/a.txt", "a.txt"],
  ["/a/b/c.txt", "a/b/c.txt"],
  ["/a/", "a/ directory"],
  ["/caf%C3%A9.html", "café.html"],
  ["/a%20b%25.txt", "a b%.txt"],
  ["/%252e%252e/x", "%2e%2e/x"],
  ["/.well-known/acme", ".well-known/acme"],
  ["/a..b/c", "a..b/c"],
  ["/..", "invalid"],
  ["/../etc/passwd", "invalid"],
  ["/%2e%2e/etc/passwd", "invalid"],
  ["/a/%2E%2e/b", "invalid"],
  ["/a%2f..%2f..%2fetc", "invalid"],
  ["/..%5c..%5cetc", "invalid"],
  ["/a\\b", "invalid"],
  ["/./a", "invalid"],
  ["//etc/passwd", "invalid"],
  ["/a//b", "invalid"],
  ["/%00", "invalid"],
  ["/a%00.txt", "invalid"],
  ["/a%0a", "invalid"],
  ["/a%7f", "invalid"],
  ["/%", "invalid"],
  ["/%zz", "invalid"],
  ["/%c0%ae%c0%ae/etc", "invalid"],
  ["/%ed%a0%80", "invalid"],
  ["/%ff", "invalid"],
  ["/.git/config", "hidden"],
  ["/a/.env", "hidden"],
  ["/a/.well-known/x", "hidden"],
  ["/CON", "hidden"],
  ["/con.txt", "hidden"],
  ["/a/lpt1", "hidden"],
  ["/COM¹.log", "hidden"],
  ["/a.txt::$DATA", "hidden"],
  ["/c:/windows", "hidden"],
  ["/a.txt.", "hidden"],
  ["/a.txt%20", "hidden"],
  [`/${"x".repeat(255)}`, "x".repeat(255)],
  [`/${"x".repeat(256)}`, "hidden"],
  [`/${"%C3%A9".repeat(128)}`, "hidden"],
  ["/console.log", "console.log"],
  ["/common/com.js", "common/com.js"],
];

for (const [pathname, expected] of CASES) {
  test(`resolvePath() of ${JSON.stringify(pathname.slice(0, 40))} is ${JSON.stringify(expected.slice(0, 40))}`, () => {
    const resolved = resolvePath(pathname, false);
    assert.equal(
      typeof resolved === "string" ? resolved : resolved.path + (resolved.wantsDirectory && resolved.path ? "/ directory" : ""),
      expected,
    );
  });
}

test("resolvePath() serves names that begin with a dot where it is told to, and no dots that lead upwards", () => {
  assert.deepEqual(resolvePath("/.git/config", true), { path: ".git/config", wantsDirectory: false });
  assert.equal(resolvePath("/../x", true), "invalid");
});
