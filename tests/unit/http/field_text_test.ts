import assert from "node:assert/strict";
import { test } from "node:test";
import { FieldText } from "../../../src/http/field_text.ts";

const TEXT = "GET / HTTP/1.1\r\nHost:a\r\nX-Y: 1\r\nx-y:\t2 \r\nempty: \t\r\ncolons: a:b: c\r\n\r\n";
const START = TEXT.indexOf("\n") + 1;

test("FieldText gives names as sent and values without the white space around them, in any order", () => {
  const fields = new FieldText(TEXT, START, 5, null);
  assert.equal(fields.count, 5);
  assert.equal(fields.value(4), "a:b: c");
  assert.equal(fields.name(1), "X-Y");
  assert.equal(fields.value(2), "2");
  assert.equal(fields.value(3), "");
  assert.equal(fields.name(0), "Host");
});

test("FieldText.first() gives the first value of a name, whatever its case, or null", () => {
  const fields = new FieldText(TEXT, START, 5, null);
  assert.equal(fields.first("x-y"), "1");
  assert.equal(fields.first("host"), "a");
  assert.equal(fields.first("empty"), "");
  assert.equal(fields.first("x_y"), null);
  assert.equal(fields.first("x-"), null);
  assert.equal(fields.first("none"), null);
});

test("FieldText.joined() gives all values of a name in order, joined with a comma, or null", () => {
  const fields = new FieldText(TEXT, START, 5, null);
  assert.equal(fields.joined("x-y"), "1, 2");
  assert.equal(fields.joined("colons"), "a:b: c");
  assert.equal(fields.joined("empty"), "");
  assert.equal(fields.joined("x-"), null);
});

test("FieldText gives an absolute target's authority for the host field, and nothing else for another", () => {
  const fields = new FieldText(TEXT, START, 5, "b:81");
  assert.equal(fields.first("host"), "b:81");
  assert.equal(fields.value(0), "b:81");
  assert.equal(fields.value(1), "1");
});
