import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeLatin1, writeLatin1 } from "../../../src/http/latin1.ts";
import { createNodeLatin1 } from "../../../src/io/node_latin1.ts";

const ALL = Uint8Array.from({ length: 256 }, (_, byte) => byte);
const TEXT = Array.from(ALL, (byte) => String.fromCharCode(byte)).join("");

for (const [name, decode] of [["decodeLatin1", decodeLatin1], ["createNodeLatin1", createNodeLatin1()]] as const) {
  test(`${name}() makes each byte a unit, 0x80 to 0x9F too`, () => {
    assert.equal(decode(ALL, 0, 256), TEXT);
    assert.equal(decode(ALL, 100, 200), TEXT.slice(100, 200));
    assert.equal(decode(ALL.subarray(10), 0, 100), TEXT.slice(10, 110));
    assert.equal(decode(ALL, 7, 7), "");
    const long = new Uint8Array(20_000).fill(0xe9);
    assert.equal(decode(long, 1, 20_000), "\xe9".repeat(19_999));
  });
}

test("writeLatin1() is its reverse", () => {
  const bytes = new Uint8Array(258);
  writeLatin1(TEXT, bytes, 1);
  assert.deepEqual(bytes.subarray(1, 257), ALL);
});
