import assert from "node:assert/strict";
import { test } from "node:test";
import { encodeLatin1 } from "../../../src/io/encode_latin1.ts";

function encoded(text: string, offset = 0): number[] {
  const target = new Uint8Array(offset + text.length);
  encodeLatin1(text, target, offset);
  return [...target.subarray(offset)];
}

const units = (text: string) => Array.from(text, (unit) => unit.charCodeAt(0));

test("encodeLatin1() writes one byte a unit, for all of 0x00 to 0xff", () => {
  const all = Array.from({ length: 256 }, (_, unit) => String.fromCharCode(unit)).join("");
  assert.deepEqual(encoded(all), units(all));
  assert.deepEqual(encoded(all, 7), units(all));
});

test("encodeLatin1() of an ASCII text fills its room exactly", () => {
  assert.deepEqual(encoded("HTTP/1.1 200 OK\r\n", 3), units("HTTP/1.1 200 OK\r\n"));
  assert.deepEqual(encoded(""), []);
});

// UTF-8 fills the two bytes of room with the first unit alone: as many bytes as there are units, and yet the wrong ones.
test("encodeLatin1() is not taken in when UTF-8 of a part of the text is as long as the text", () => {
  assert.deepEqual(encoded("\u00e9a"), [0xe9, 0x61]);
});

test("encodeLatin1() leaves what is around its place", () => {
  const target = new Uint8Array(6).fill(9);
  encodeLatin1("a\u00ff", target, 2);
  assert.deepEqual([...target], [9, 9, 0x61, 0xff, 9, 9]);
});
