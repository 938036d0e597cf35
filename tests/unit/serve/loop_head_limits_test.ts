import assert from "node:assert/strict";
import { test } from "node:test";
import { DEFAULT_LIMITS } from "../../../src/http/limits.ts";
import { absoluteOf, LoopHead } from "../../../src/loop/loop_head.ts";
import { PairFields } from "../../../src/http/pair_fields.ts";
import { checkLoopHead } from "../../../src/serve/loop_head_limits.ts";

/** A head as `node:http` gives it. */
function headOf(line: string, ...fields: string[]): LoopHead {
  const [method = "", target = ""] = line.split(" ");
  const absolute = absoluteOf(method, target);
  return new LoopHead(method, target, 1, new PairFields(fields, absolute?.authority), { absolute });
}

test("an absolute target gives host, path and scheme, whatever the field says", () => {
  const head = headOf("GET http://other.example:81/x?y", "x", "1", "Host", "a");
  assert.deepEqual([head.authority, head.path, head.targetScheme, head.target], [
    "other.example:81",
    "/x?y",
    "http",
    "http://other.example:81/x?y",
  ]);
  assert.deepEqual([head.fields.first("host"), head.fields.value(1), head.fields.value(0)], ["other.example:81", "other.example:81", "1"]);
  assert.equal(headOf("GET https://other.example").path, "/");
  assert.equal(headOf("GET /x", "Host", "a").authority, "a");
});

test("checkLoopHead() lets a target be a path, a URL, or * of OPTIONS, and nothing else", () => {
  const status = (line: string) => checkLoopHead(headOf(line, "Host", "a"), DEFAULT_LIMITS)?.status ?? null;
  for (const line of ["GET /", "GET //b", "OPTIONS *", "GET http://b/", "GET HTTPS://b"]) assert.equal(status(line), null, line);
  for (const line of ["GET @b/", "GET .b/", "GET :80/", "GET *", "GET b", "GET ftp://b/", "GET http://u@b/", "GET "]) {
    assert.equal(status(line), 400, line);
  }
  for (const method of ["TRACE", "Track", "CONNECT"]) assert.equal(status(`${method} /`), 501, method);
});

test("checkLoopHead() refuses a second host, though it be the same", () => {
  const { status } = checkLoopHead(headOf("GET /", "host", "a", "x", "y", "HOST", "a"), DEFAULT_LIMITS)!;
  assert.equal(status, 400);
});
