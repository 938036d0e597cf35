import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { escapeControls, escapeQuoted, escapeWord } from "../../../src/observe/escape.ts";

const latin1 = fc.string({ unit: fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)) });

test("escapeQuoted() gives printable ASCII without quotes, whatever comes", () => {
  fc.assert(fc.property(latin1, (text) => assert.match(escapeQuoted(text), /^(?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\x[0-9a-f]{2}|\\n)*$/)));
});

test("escapeWord() gives one word, whatever comes", () => {
  fc.assert(fc.property(latin1, (text) => assert.match(escapeWord(text), /^(?:[\x21\x23-\x5b\x5d-\x7e]|\\x[0-9a-f]{2}|\\n)+$/)));
});

test("escapeQuoted() and escapeWord() leave what is safe as it is", () => {
  assert.equal(escapeQuoted("Mozilla/5.0 (X11; Linux)"), "Mozilla/5.0 (X11; Linux)");
  assert.equal(escapeWord("/a/b?c=d&e=%20#f"), "/a/b?c=d&e=%20#f");
});

test("escapeQuoted() writes two texts differently, so that the log says what came", () => {
  fc.assert(fc.property(latin1, latin1, (one, other) => assert.equal(escapeQuoted(one) === escapeQuoted(other), one === other)));
});

test("escapeWord() writes a hyphen for nothing", () => {
  assert.equal(escapeWord(""), "-");
});

test("escapeControls() keeps letters of all languages, and no control", { timeout: 30_000 }, () => {
  assert.equal(escapeControls("größer als 5, 日本"), "größer als 5, 日本");
  assert.equal(escapeControls("a\r\nb\x1b[31m\x9b1m\u202ec\u2028"), "a\\x0d\\nb\\x1b[31m\\x9b1m\\u202ec\\u2028");
  fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => {
    // deno-lint-ignore no-control-regex
    assert.doesNotMatch(escapeControls(text), /[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]/);
  }));
});
