import assert from "node:assert/strict";
import { posix } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { isServedName, resolvePath } from "../../src/static/resolve_path.ts";

const PIECES = fc.constantFrom(
  ..."/ // . .. ... %2e %2E%2e %2f %5c \\ %00 %c0%ae %252e a b.txt .git : ~ % %zz é \u0000 ; ? # %ef%bc%8f ．． \ud800".split(" "),
);
const PATHS = fc.oneof(fc.array(PIECES, { maxLength: 12 }).map((pieces) => pieces.join("")), fc.string({ unit: "binary", maxLength: 60 }));

test("resolvePath() leads no path out of the root, whatever it is, dotfiles or not", () => {
  fc.assert(
    fc.property(PATHS, fc.boolean(), (pathname, dotfiles) => {
      const resolved = resolvePath(pathname, dotfiles);
      if (typeof resolved === "string") return;
      const joined = `/root/${resolved.path}`;
      const normal = posix.normalize(joined);
      assert.ok(normal === joined || normal === joined.slice(0, -1), `${joined} is ${normal}`);
      assert.ok(normal === "/root/" || normal.startsWith("/root/"));
      assert.ok(!/[\0\\]/.test(joined));
      if (!dotfiles) assert.ok(!resolved.path.split("/").slice(1).some((name) => name.startsWith(".")));
    }),
    { numRuns: 5000 },
  );
});

const NAME_PIECES = fc.constantFrom(
  ..."a . .. .git CON nul com1 : % %2e # ? & < > \" ' ~ é \u202e \ud800 \udc00 \\ \u0001 \u007f  b.txt .well-known".split(" "),
  " ",
);
const NAMES = fc.oneof(
  fc.array(NAME_PIECES, { minLength: 1, maxLength: 6 }).map((pieces) => pieces.join("")),
  fc.string({ unit: "binary", minLength: 1 }),
)
  .filter((name) => name !== "" && name !== "." && name !== ".." && !/[/\0]/.test(name));

test("isServedName() is true of just the names that a path can ask for, and that is then that name", () => {
  fc.assert(
    fc.property(NAMES, fc.boolean(), fc.boolean(), (name, isTop, dotfiles) => {
      const served = isServedName(name, isTop, dotfiles);
      if (!name.isWellFormed()) return assert.equal(served, false);
      const resolved = resolvePath(`${isTop ? "" : "/folder"}/${encodeURIComponent(name)}`, dotfiles);
      assert.equal(served, typeof resolved !== "string", JSON.stringify(name));
      if (typeof resolved !== "string") assert.equal(resolved.path, isTop ? name : `folder/${name}`);
    }),
    { numRuns: 5000 },
  );
});
