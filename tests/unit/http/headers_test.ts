import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { fieldsFrom } from "../../../src/http/fields.ts";
import { LightHeaders } from "../../../src/http/headers.ts";
import { FieldLines } from "../../support/fetch_objects.ts";

type Lines = ReadonlyArray<readonly [string, string]>;

/** A request's headers; the type says Headers, for that is what apps take them for. */
function requestHeaders(...lines: Lines): Headers {
  return new LightHeaders(new FieldLines(lines), null, false) as unknown as Headers;
}

/** Entries with `set-cookie` where the standard sorts it; Bun 1.4 iterates over it last. */
function entriesOf(headers: Headers): [string, string][] {
  return [...headers].sort(([a], [b]) => a === b ? 0 : a < b ? -1 : 1);
}

test("LightHeaders are instanceof Headers and say so", () => {
  const headers = requestHeaders(["Host", "example.org"]);
  assert.ok(headers instanceof Headers);
  assert.equal(headers.constructor, Headers);
  assert.equal(Object.prototype.toString.call(headers), "[object Headers]");
});

test("get() finds a field whatever the case of its name", () => {
  const headers = requestHeaders(["Content-Type", "text/plain"], ["X-Empty", ""]);
  assert.equal(headers.get("content-type"), "text/plain");
  assert.equal(headers.get("CONTENT-TYPE"), "text/plain");
  assert.equal(headers.get("x-empty"), "");
  assert.equal(headers.get("x-missing"), null);
  assert.equal(headers.has("Content-type"), true);
  assert.equal(headers.has("x-missing"), false);
});

test("get() joins a field's lines with a comma: a server that collapsed them lost one of two `authorization`s", () => {
  const headers = requestHeaders(["Authorization", "Basic YQ=="], ["Accept", "a"], ["authorization", "Bearer b"], ["accept", "b"], [
    "ACCEPT",
    "c",
  ]);
  assert.equal(headers.get("authorization"), "Basic YQ==, Bearer b");
  assert.equal(headers.get("accept"), "a, b, c");
  assert.deepEqual([...headers], [["accept", "a, b, c"], ["authorization", "Basic YQ==, Bearer b"]]);
});

test("getSetCookie() keeps each set-cookie whole: a server that split them at commas broke their dates", () => {
  const headers = requestHeaders(["Set-Cookie", "a=1; Expires=Tue, 24 Nov 2026 12:00:00 GMT"], ["X", "y"], ["set-cookie", "b=2"]);
  assert.deepEqual(headers.getSetCookie(), ["a=1; Expires=Tue, 24 Nov 2026 12:00:00 GMT", "b=2"]);
  assert.equal(headers.get("set-cookie"), "a=1; Expires=Tue, 24 Nov 2026 12:00:00 GMT, b=2");
  assert.deepEqual([...headers.keys()], ["set-cookie", "set-cookie", "x"]);
});

test("iteration is sorted, in lower case, and gives new pairs each time", () => {
  const headers = requestHeaders(["X-B", "2"], ["Accept", "1"], ["x-a", "3"]);
  assert.deepEqual([...headers.keys()], ["accept", "x-a", "x-b"]);
  assert.deepEqual([...headers.values()], ["1", "3", "2"]);
  assert.deepEqual(Object.fromEntries(headers), { accept: "1", "x-a": "3", "x-b": "2" });
  const [first] = headers;
  first![1] = "changed";
  assert.equal(headers.get("accept"), "1");
  const seen: string[] = [];
  headers.forEach(function (this: string[], value, name, parent) {
    this.push(name, value);
    assert.equal(parent, headers);
  }, seen);
  assert.deepEqual(seen, ["accept", "1", "x-a", "3", "x-b", "2"]);
});

test("iteration sees what changes meanwhile", () => {
  const headers = requestHeaders(["a", "1"], ["c", "3"]);
  const names: string[] = [];
  for (const [name] of headers) {
    if (name === "a") headers.set("b", "2");
    names.push(name);
  }
  assert.deepEqual(names, ["a", "b", "c"]);
});

test("a request's headers can be changed, as on Node and Bun: frameworks do it", () => {
  const headers = requestHeaders(["Accept", "a"], ["Cookie", "c=1"]);
  headers.append("accept", "b");
  headers.append("Set-Cookie", "x=1");
  headers.append("set-cookie", "y=2");
  headers.set("X-Real-IP", " 10.0.0.1\t");
  headers.delete("cookie");
  headers.delete("never-there");
  assert.deepEqual([...headers], [["accept", "a, b"], ["set-cookie", "x=1"], ["set-cookie", "y=2"], ["x-real-ip", "10.0.0.1"]]);
  headers.set("set-cookie", "z=3");
  headers.set("accept", "only");
  assert.deepEqual([...headers], [["accept", "only"], ["set-cookie", "z=3"], ["x-real-ip", "10.0.0.1"]]);
});

test("immutable headers refuse every change", () => {
  const headers = new LightHeaders(null, [["a", "1"]], true);
  for (const change of [() => headers.set("a", "2"), () => headers.append("b", "2"), () => headers.delete("a")]) {
    assert.throws(change, TypeError);
  }
  assert.equal(headers.get("a"), "1");
});

test("names and values that are not valid in HTTP are refused", () => {
  const headers = requestHeaders();
  for (const name of ["", "a b", "a:", "é", "a\r\n"]) {
    assert.throws(() => headers.get(name), TypeError, name);
    assert.throws(() => headers.has(name), TypeError, name);
    assert.throws(() => headers.set(name, "x"), TypeError, name);
    assert.throws(() => headers.append(name, "x"), TypeError, name);
    assert.throws(() => headers.delete(name), TypeError, name);
  }
  for (const value of ["a\r\nb: c", "a\0", "ā"]) assert.throws(() => headers.set("a", value), TypeError, value);
  headers.set("a", "\xe9\x7f");
  assert.equal(headers.get("a"), "\xe9\x7f");
});

test("native objects take them: new Headers, Request and Response", () => {
  const headers = requestHeaders(["X-A", "1"], ["x-a", "2"], ["Set-Cookie", "a=1,2"], ["set-cookie", "b"]);
  const expected = [["set-cookie", "a=1,2"], ["set-cookie", "b"], ["x-a", "1, 2"]];
  assert.deepEqual(entriesOf(new Headers(headers)), expected);
  assert.deepEqual(entriesOf(new Response(null, { headers }).headers), expected);
  assert.deepEqual(entriesOf(new Request("http://example.org/", { headers }).headers), expected);
  assert.deepEqual(entriesOf(new Headers([...headers])), expected);
});

test("a template of headers is copied: one that was shared went from one response into the next", () => {
  const template: [string, string][] = [["x-a", "1"]];
  const headers = new LightHeaders(null, fieldsFrom(template), false);
  const copy = new LightHeaders(null, LightHeaders.fieldsOf(headers), false);
  template[0]![1] = "changed";
  copy.set("x-a", "2");
  copy.append("x-b", "3");
  assert.deepEqual([...headers], [["x-a", "1"]]);
});

test("structuredClone refuses them, as it does native ones, and makes no empty object", () => {
  assert.throws(() => structuredClone(requestHeaders(["a", "1"])), { name: "DataCloneError" });
});

test("what else a runtime's Headers have works too: Bun's toJSON()", () => {
  const lines: Lines = [["x-a", "1"]];
  assert.equal(JSON.stringify(requestHeaders(...lines)), JSON.stringify(new Headers(lines as [string, string][])));
});

test("append() to an empty value keeps the comma", () => {
  const headers = requestHeaders(["a", ""], ["A", "1"]);
  headers.append("a", "");
  assert.equal(headers.get("a"), ", 1, ");
});

test("fieldsFrom() takes pairs, records, Headers and any iterable, and refuses the rest", () => {
  const expected = [["a", "1, 3"], ["b", "2"]];
  assert.deepEqual(fieldsFrom([["B", "2"], ["a", "1"], ["A", " 3 "]]), expected);
  assert.deepEqual(fieldsFrom({ b: "2", a: "1, 3" }), expected);
  assert.deepEqual(fieldsFrom(new Headers([["b", "2"], ["a", "1"], ["a", "3"]])), expected);
  assert.deepEqual(fieldsFrom(new Map([["b", "2"], ["a", "1, 3"]])), expected);
  assert.deepEqual(fieldsFrom({ "x-number": 5 }), [["x-number", "5"]]);
  for (const init of [5, "ab", null, [["a"]], [["a", "b", "c"]], [5], { "b ": "x" }, { b: "x\ny" }]) {
    assert.throws(() => fieldsFrom(init), TypeError, JSON.stringify(init));
  }
});

const NAMES = ["accept", "Accept", "set-cookie", "Set-Cookie", "x-a", "X-B", "zz"];
const operation = fc.record({
  kind: fc.constantFrom("append", "set", "delete"),
  name: fc.constantFrom(...NAMES),
  value: fc.constantFrom("1", "2", " 3 ", "a, b"),
});

test("LightHeaders give what native ones give, whatever is done to them", () => {
  const lines = fc.array(fc.tuple(fc.constantFrom(...NAMES), fc.constantFrom("1", "2", "a,b")));
  fc.assert(fc.property(lines, fc.array(operation), (lines, operations) => {
    const ours = requestHeaders(...lines);
    const native = new Headers(lines);
    for (const { kind, name, value } of operations) {
      for (const headers of [ours, native]) {
        if (kind === "delete") headers.delete(name);
        else headers[kind as "append" | "set"](name, value);
      }
    }
    assert.deepEqual([...ours], entriesOf(native));
    assert.deepEqual(ours.getSetCookie(), native.getSetCookie());
    for (const name of NAMES) assert.equal(ours.get(name), native.get(name));
  }));
});
