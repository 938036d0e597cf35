import assert from "node:assert/strict";
import { test } from "node:test";
import { readCgiHead } from "../../../../src/suspend/wasm/cgi_head.ts";

test("readCgiHead() reads lines with LF and with CRLF, and drops Status alone", () => {
  const fields = [["Content-Type", "text/plain"], ["X-A", "b: c"]] as const;
  for (const end of ["\n", "\r\n"]) {
    const text = ["Status: 404 Not Found", "Content-Type:text/plain", "X-A:  b: c ", ""].join(end);
    assert.deepEqual(readCgiHead(text), { status: 404, statusText: "Not Found", fields, contentLength: null, redirect: null });
  }
  assert.deepEqual(readCgiHead("status: 201\ncontent-length: 7\n"), {
    status: 201,
    statusText: "",
    fields: [["content-length", "7"]],
    contentLength: 7,
    redirect: null,
  });
});

test("readCgiHead() makes a 302 of a Location without a Status", () => {
  assert.equal(readCgiHead("Location: /there\n").status, 302);
  assert.equal(readCgiHead("Location: /there\nStatus: 307 Temporary Redirect\n").status, 307);
  assert.equal(readCgiHead("Content-Type: a/b\n").status, 200);
});

test("readCgiHead() tells a local redirect: a path alone", () => {
  const redirect = (text: string) => readCgiHead(text).redirect;
  assert.equal(redirect("location: /there?a=b\n"), "/there?a=b");
  for (
    const text of [
      "Location: https://example.org/\n",
      "Location: there\n",
      "Location: /there#part\n",
      "Location: /there\nStatus: 303 See Other\n",
      "Location: /there\nSet-Cookie: a=1\n",
      "Content-Type: a/b\n",
    ]
  ) assert.equal(redirect(text), null, text);
  assert.throws(() => redirect("Location: /a\x01b\n"));
});

const bad: readonly (readonly [string, RegExp])[] = [
  ["", /none of Content-Type, Location and Status/],
  ["X-A: b\n", /none of Content-Type, Location and Status/],
  ["Content-Type a/b\n", /"Content-Type a\/b" is no field/],
  ["Content-Type : a/b\n", /is no field/],
  ["Content-Type: a/b\n folded\n", /" folded" is no field/],
  [": a/b\n", /is no field/],
  ["Content-Type: a/b\ncontent-type: c/d\n", /two fields content-type/],
  ["Status: OK\n", /Status "OK" is not three digits/],
  ["Status: 99 Low\n", /Status "99 Low" is not three digits/],
  ["Status: 101 Switching Protocols\n", /status 101 is not one from 200 to 599/],
  ["Status: 200 a\x01b\n", /read a program's head: /],
  ["Content-Type: a\0b\n", /the value of field "Content-Type"/],
  ["Content-Type: a/b\nContent-Length: -1\n", /content-length "-1" is not a length/],
];

for (const [text, message] of bad) {
  test(`readCgiHead() refuses ${JSON.stringify(text)}`, () => {
    assert.throws(() => readCgiHead(text), { name: "ProgramError", message });
  });
}
