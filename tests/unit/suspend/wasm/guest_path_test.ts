import assert from "node:assert/strict";
import { test } from "node:test";
import { joinGuestPath } from "../../../../src/suspend/wasm/guest_path.ts";

const join = (base: string, path: string) => joinGuestPath(base, new TextEncoder().encode(path));

test("joinGuestPath() gives names alone, from the root on", () => {
  assert.equal(join("", "a/b"), "a/b");
  assert.equal(join("", "./a//b/."), "a/b");
  assert.equal(join("", "a/../b"), "b");
  assert.equal(join("a/b", "../c"), "a/c");
  assert.equal(join("a/b", "../.."), "");
  assert.equal(join("", "."), "");
  assert.equal(join("", "...."), "....");
  assert.equal(join("", "ä"), "ä");
});

const refused: readonly (readonly [base: string, path: string, code: string])[] = [
  ["", "..", "ENOTCAPABLE"],
  ["", "a/../../b", "ENOTCAPABLE"],
  ["a", "../../a", "ENOTCAPABLE"],
  ["", "/etc/passwd", "ENOTCAPABLE"],
  ["", "a\0b", "EINVAL"],
  ["", "", "ENOENT"],
  ["", "a".repeat(4097), "ENAMETOOLONG"],
];

for (const [base, path, code] of refused) {
  test(`joinGuestPath() of ${JSON.stringify(path.slice(0, 20))} in ${JSON.stringify(base)} is ${code}`, () => {
    assert.throws(() => join(base, path), { code });
  });
}

test("joinGuestPath() refuses what is no UTF-8", () => {
  assert.throws(() => joinGuestPath("", new Uint8Array([0x61, 0xff])), { code: "EILSEQ" });
});
