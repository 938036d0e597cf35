import assert from "node:assert/strict";
import { test } from "node:test";
import { selectRange } from "../../../src/static/byte_range.ts";
import { acceptedCodings } from "../../../src/static/codings.ts";
import { evaluateConditions, rangeHolds } from "../../../src/static/conditions.ts";
import { contentTypeOf } from "../../../src/static/content_type.ts";
import { formatHttpDate, parseHttpDate } from "../../../src/static/http_date.ts";

const RANGES: readonly (readonly [field: string | null, expected: string])[] = [
  [null, "whole"],
  ["bytes=0-0", "0-1"],
  ["bytes=0-", "0-1000"],
  ["bytes=10-19", "10-20"],
  ["bytes=990-5000", "990-1000"],
  ["bytes=-1", "999-1000"],
  ["bytes=-5000", "0-1000"],
  ["BYTES=1-2", "1-3"],
  ["bytes= 1-2", "1-3"],
  ["bytes=1000-", "unsatisfiable"],
  ["bytes=-0", "unsatisfiable"],
  ["bytes=18446744073709551616-18446744073709551617", "unsatisfiable"],
  ["bytes=0-18446744073709551616", "0-1000"],
  ["bytes=5-1", "whole"],
  ["bytes=-", "whole"],
  ["bytes=a-b", "whole"],
  ["bytes=", "whole"],
  ["bytes", "whole"],
  ["items=0-1", "whole"],
  ["bytes=0x1-2", "whole"],
  ["bytes=+1-2", "whole"],
  ["bytes=0-9,10-19", "0-20"],
  ["bytes=5-9,0-6", "0-10"],
  ["bytes=0-1,10-11", "whole"],
  ["bytes=0-1,2000-", "0-2"],
  ["bytes=,0-1,,2-3,", "0-4"],
  ["bytes=,2000-,", "unsatisfiable"],
  ["bytes=,", "whole"],
  ["bytes=2000-,3000-", "unsatisfiable"],
  [`bytes=${Array(65).fill("0-0").join(",")}`, "whole"],
];

for (const [field, expected] of RANGES) {
  test(`selectRange() of ${field?.slice(0, 50)} in 1,000 bytes is ${expected}`, () => {
    const range = selectRange(field, 1000);
    assert.equal(range === null ? "whole" : range === "unsatisfiable" ? range : `${range.start}-${range.end}`, expected);
  });
}

test("selectRange() of an empty file has nothing to give", () => {
  assert.equal(selectRange("bytes=0-", 0), "unsatisfiable");
  assert.equal(selectRange("bytes=-1", 0), "unsatisfiable");
  assert.equal(selectRange(null, 0), null);
});

const CODINGS: readonly (readonly [field: string | null, expected: string])[] = [
  [null, ""],
  ["", ""],
  ["gzip", "gzip"],
  ["gzip, br, zstd", "br zstd gzip"],
  ["gzip;q=1, br;q=0.5", "gzip br"],
  ["br;q=0, *", "zstd gzip"],
  ["*;q=0", ""],
  ["identity;q=0.5, gzip;q=0.4", ""],
  ["GZIP", "gzip"],
  ["x-gzip", "gzip"],
  ["gzip;q=1.5, br", "br"],
  ["gzip; q=0.001", "gzip"],
];

for (const [field, expected] of CODINGS) {
  test(`acceptedCodings() of ${field} is "${expected}"`, () => {
    assert.equal(acceptedCodings(field).map(({ name }) => name).join(" "), expected);
  });
}

const MODIFIED = 1_700_000_000;
const DATE = formatHttpDate(MODIFIED);
const EARLIER = formatHttpDate(MODIFIED - 1);
const LATER = formatHttpDate(MODIFIED + 1);
const TAG = `W/"a-b"`;

const CONDITIONS: readonly (readonly [headers: Readonly<Record<string, string>>, expected: string])[] = [
  [{}, "proceed"],
  [{ "if-none-match": TAG }, "not-modified"],
  [{ "if-none-match": `"a-b"` }, "not-modified"],
  [{ "if-none-match": `"x", W/"y", ${TAG}` }, "not-modified"],
  [{ "if-none-match": `"x","a-b"` }, "not-modified"],
  [{ "if-none-match": `, ,"x",, ${TAG}` }, "not-modified"],
  [{ "if-none-match": "*" }, "not-modified"],
  [{ "if-none-match": `"x"` }, "proceed"],
  [{ "if-none-match": "a-b" }, "proceed"],
  [{ "if-none-match": `"x"`, "if-modified-since": LATER }, "proceed"],
  [{ "if-modified-since": DATE }, "not-modified"],
  [{ "if-modified-since": LATER }, "not-modified"],
  [{ "if-modified-since": EARLIER }, "proceed"],
  [{ "if-modified-since": "yesterday" }, "proceed"],
  [{ "if-modified-since": "2099-01-01" }, "proceed"],
  [{ "if-match": "*" }, "proceed"],
  [{ "if-match": `"a-b"` }, "failed"],
  [{ "if-match": TAG }, "failed"],
  [{ "if-match": "*", "if-unmodified-since": EARLIER }, "proceed"],
  [{ "if-unmodified-since": EARLIER }, "failed"],
  [{ "if-unmodified-since": DATE }, "proceed"],
  [{ "if-match": `"x"`, "if-none-match": TAG }, "failed"],
];

for (const [headers, expected] of CONDITIONS) {
  test(`evaluateConditions() of ${JSON.stringify(headers)} is ${expected}`, () => {
    assert.equal(evaluateConditions(new Headers(headers), { etag: TAG, modified: MODIFIED }), expected);
  });
}

test("evaluateConditions() by a strong tag: If-Match holds for the same strong one alone", () => {
  const validators = { etag: `"a-b"`, modified: MODIFIED };
  assert.equal(evaluateConditions(new Headers({ "if-match": `"x", "a-b"` }), validators), "proceed");
  assert.equal(evaluateConditions(new Headers({ "if-match": `W/"a-b"` }), validators), "failed");
});

test("rangeHolds() with the very date, once a second has passed, and never by a weak tag", () => {
  const validators = { etag: TAG, modified: MODIFIED };
  const holds = (ifRange: string | null, now = MODIFIED + 10) =>
    rangeHolds(new Headers(ifRange === null ? {} : { "if-range": ifRange }), validators, now);
  assert.deepEqual([null, DATE, EARLIER, LATER, TAG, `"a-b"`, "x"].map((value) => holds(value)), [
    true,
    true,
    false,
    false,
    false,
    false,
    false,
  ]);
  assert.equal(holds(DATE, MODIFIED), false);
  assert.equal(rangeHolds(new Headers({ "if-range": `"a-b"` }), { etag: `"a-b"`, modified: MODIFIED }, MODIFIED), true);
});

test("parseHttpDate() reads HTTP's three forms, and no other", () => {
  for (const text of ["Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"]) {
    assert.equal(parseHttpDate(text), 784_111_777, text);
  }
  for (
    const text of ["", "1994-11-06", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 CET", "Sun, 99 Nov 1994 08:49:37 GMT", "0"]
  ) {
    assert.equal(parseHttpDate(text), null, text);
  }
});

test("contentTypeOf() a name, with UTF-8 for text", () => {
  const types = ["a.html", "A.HTML", "x.js", "x.mjs", "x.json", "x.svg", "x.png", "x.wasm", "x", ".html", "a.b/c", "x.jsonl", "favicon.ico"]
    .map((name) => contentTypeOf(name, new Map()));
  assert.deepEqual(types, [
    "text/html; charset=utf-8",
    "text/html; charset=utf-8",
    "text/javascript; charset=utf-8",
    "text/javascript; charset=utf-8",
    "application/json; charset=utf-8",
    "image/svg+xml; charset=utf-8",
    "image/png",
    "application/wasm",
    "application/octet-stream",
    "text/html; charset=utf-8",
    "application/octet-stream",
    "application/jsonl; charset=utf-8",
    "image/vnd.microsoft.icon",
  ]);
});
