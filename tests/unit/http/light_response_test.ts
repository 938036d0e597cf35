import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";
import { LightResponse } from "../../../src/http/light_response.ts";
import { readResponse } from "../../../src/http/response.ts";
import { runtimeName } from "../../support/runtime.ts";

/** Both kinds: what is said of one must be true of the other. */
const NativeResponse = globalThis.Response;
const Light = LightResponse as unknown as typeof Response;
const KINDS: ReadonlyArray<readonly [kind: string, kindOf: typeof Response]> = [["light", Light], ["native", NativeResponse]];

/**
 * Of runtimes that keep to the standard where the test is about it; Bun's own Response deviates: it is measured against itself elsewhere.
 */
const STANDARD = runtimeName() === "bun" ? KINDS.slice(0, 1) : KINDS;

test("new Response() checks its arguments as the standard has it", () => {
  for (const [kind, Kind] of STANDARD) {
    const made = (init: unknown, body: BodyInit | null = null) => () => new Kind(body, init as ResponseInit);
    for (const status of [0, 100, 199, 600, 1000, NaN, "x", -1]) assert.throws(made({ status }), RangeError, `${kind} ${status}`);
    for (const statusText of ["a\nb", "a\r", "\x00", "\u0101"]) {
      assert.throws(made({ statusText }), TypeError, `${kind} ${JSON.stringify(statusText)}`);
    }
    for (const status of [204, 205, 304]) {
      for (const body of ["", "x", new Uint8Array(), new Blob([])]) assert.throws(made({ status }, body), TypeError, `${kind} ${status}`);
      assert.equal(made({ status })().status, status);
    }
    for (const headers of [5, "ab", [["a"]], [["a", "b", "c"]], { "b ": "x" }, { b: "x\ny" }, null]) {
      assert.throws(made({ headers }), TypeError, `${kind} ${JSON.stringify(headers)}`);
    }
    for (const init of [5, "x", true]) assert.throws(made(init), TypeError, `${kind} ${init}`);
    for (const init of [null, undefined, {}, { status: undefined, statusText: undefined, headers: undefined }]) {
      assert.equal(made(init)().status, 200);
    }
    assert.equal(made({ status: 200.7 })().status, 200);
    assert.equal(made({ status: "404" })().status, 404);
    assert.equal(made({ statusText: "\xe9 ok\t" })().statusText, "\xe9 ok\t");
  }
});

test("a Response has the members and the values that a native one has", () => {
  for (const [kind, Kind] of KINDS) {
    const response = new Kind("a", { status: 404, statusText: "No" });
    const { status, statusText, ok, type, url, redirected, bodyUsed } = response;
    assert.deepEqual({ status, statusText, ok, type, url, redirected, bodyUsed }, {
      status: 404,
      statusText: "No",
      ok: false,
      type: "default",
      url: "",
      redirected: false,
      bodyUsed: false,
    }, kind);
    assert.equal(new Kind().ok, true);
    assert.equal(new Kind().body, null);
    assert.equal(Kind.name, "Response");
    assert.equal(Kind.length, 0);
  }
});

test("no member of the runtime's Response throws on a light one", async () => {
  for (const name of Object.getOwnPropertyNames(NativeResponse.prototype)) {
    const response = new Light("1", { headers: { "content-type": "application/x-www-form-urlencoded" } });
    const value: unknown = Reflect.get(response, name);
    if (typeof value === "function" && name !== "constructor") await Reflect.apply(value, response, []);
  }
});

test("headers come from every shape of init, and a template of them is copied", () => {
  for (const [kind, Kind] of KINDS) {
    const template = new Headers({ "x-a": "1" });
    const shapes: HeadersInit[] = [template, { "X-A": "1" }, [["x-A", "1"]], new Kind(null, { headers: { "x-a": "1" } }).headers];
    for (const headers of shapes) {
      const response = new Kind(null, { headers });
      response.headers.set("x-b", "2");
      assert.deepEqual([...response.headers], [["x-a", "1"], ["x-b", "2"]], kind);
      assert.deepEqual([...new Kind(null, { headers }).headers], [["x-a", "1"]], kind);
    }
    template.set("x-a", "changed");
    assert.equal(new Kind(null, { headers: shapes[1]! }).headers.get("x-a"), "1");
  }
});

test("a FormData body has its boundary, and reads back", async () => {
  const form = new FormData();
  form.set("a", "1");
  form.set("file", new File(["content"], "name.txt"));
  const response = new Light(form);
  assert.match(String(response.headers.get("content-type")), /^multipart\/form-data; boundary=/);
  const back = await response.formData();
  assert.equal(back.get("a"), "1");
  assert.equal((back.get("file") as File).name, "name.txt");
});

test("other bodies are what the runtime makes of them", async () => {
  assert.equal(await new Light(5 as unknown as BodyInit).text(), "5");
  assert.equal(await new Light({} as unknown as BodyInit).text(), "[object Object]");
  assert.equal(await new Light(undefined).text(), "");
  async function* chunks(): AsyncGenerator<Uint8Array> {
    for (const chunk of ["a", "b"]) yield new TextEncoder().encode(chunk);
  }
  assert.equal(await new Light(chunks() as unknown as BodyInit).text(), await new NativeResponse(chunks() as unknown as BodyInit).text());
});

test("bytes that change after the Response was made do not change it", async () => {
  const bytes = new Uint8Array([97, 98]);
  const [response, buffer] = [new Light(bytes), new Light(bytes.buffer)];
  bytes[0] = 120;
  assert.equal(await response.text() + await buffer.text(), "abab");
});

test("text() replaces lone surrogates and drops a byte order mark, as if it had been encoded", async () => {
  assert.equal(await new Light("\ufeffa\ud800").text(), "a\ufffd");
  assert.deepEqual([...await new Light("\ud800").bytes()], [0xef, 0xbf, 0xbd]);
});

test("a body is used once, whoever reads it", async () => {
  for (const [kind, Kind] of KINDS) {
    for (const read of ["text", "json", "arrayBuffer", "blob", "formData"] as const) {
      const response = new Kind("1", { headers: { "content-type": "application/x-www-form-urlencoded" } });
      await response[read]();
      assert.equal(response.bodyUsed, true, kind);
      await assert.rejects(response.text(), TypeError, kind);
      assert.throws(() => response.clone(), TypeError, kind);
    }
  }
});

test("clone() keeps status, headers and body, and goes its own way after: clones once lost a changed status text", async () => {
  for (const [kind, Kind] of KINDS) {
    for (const body of ["text", new TextEncoder().encode("text"), new NativeResponse("text").body!]) {
      const response = new Kind(body, { status: 201, statusText: "Made", headers: { "x-a": "1" } });
      response.headers.set("x-b", "2");
      const clone = response.clone();
      clone.headers.set("x-c", "3");
      assert.ok(clone instanceof Kind);
      assert.deepEqual([clone.status, clone.statusText, clone.headers.get("x-b")], [201, "Made", "2"], kind);
      assert.equal(response.headers.has("x-c"), false, kind);
      assert.deepEqual(await Promise.all([response.text(), clone.text()]), ["text", "text"], kind);
    }
  }
});

test("a stream that was read or is locked makes no Response", async () => {
  const read = new Light("text");
  await read.body!.getReader().read();
  assert.throws(() => new Light(read.body), TypeError);
  const native = new NativeResponse("text");
  await native.body!.getReader().read();
  assert.throws(() => new Light(native.body), TypeError);
});

test("Response.json() is JSON of its type", async () => {
  for (const [kind, Kind] of KINDS) {
    const response = Kind.json({ a: [1, null] }, { status: 201, headers: { "x-a": "1" } });
    assert.deepEqual([response.status, response.headers.get("x-a")], [201, "1"], kind);
    assert.match(String(response.headers.get("content-type")), /^application\/json/, kind);
    assert.deepEqual(await response.json(), { a: [1, null] });
    assert.equal(
      Kind.json(1, { headers: { "content-type": "application/x+json" } }).headers.get("content-type"),
      "application/x+json",
      kind,
    );
    assert.throws(() => Kind.json(() => {}), TypeError, kind);
  }
  assert.throws(() => Light.json(undefined), TypeError);
  assert.throws(() => Light.json(1, { status: 204 }), TypeError);
  assert.throws(() => Light.json(1n), TypeError);
});

test("Response.redirect() and Response.error() are what the standard says", () => {
  for (const [kind, Kind] of STANDARD) {
    const response = Kind.redirect("http://example.org/a b", 307);
    assert.deepEqual([response.status, response.headers.get("location"), response.body], [307, "http://example.org/a%20b", null], kind);
    assert.equal(Kind.redirect(new URL("http://example.org/")).status, 302);
    assert.throws(() => Kind.redirect("/relative"), TypeError, kind);
    assert.throws(() => Kind.redirect("http://example.org/", 200), RangeError, kind);
    assert.throws(() => response.headers.set("x-a", "1"), TypeError, kind);
    assert.throws(() => response.clone().headers.set("x-a", "1"), TypeError, kind);
    const error = Kind.error();
    assert.deepEqual([error.type, error.status, error.ok, error.body], ["error", 0, false, null], kind);
    assert.throws(() => error.headers.set("x-a", "1"), TypeError, kind);
    new Kind(null, response).headers.set("x-a", "1");
  }
});

test("instanceof holds both ways, and a derived class has only its own", () => {
  class Derived extends Light {}
  const [light, native, derived] = [new Light(), new NativeResponse(), new Derived("x", { status: 201 })];
  assert.ok(light instanceof NativeResponse && native instanceof Light && light instanceof Light);
  assert.ok(derived instanceof Derived && derived instanceof Light && derived instanceof NativeResponse);
  assert.ok(!(light instanceof Derived) && !(native instanceof Derived));
  for (const value of [null, undefined, 5, {}, new Headers()]) assert.ok(!(value as unknown instanceof Light));
  assert.equal(readResponse(derived).status, 201);
  assert.equal(light.constructor, Light);
});

test("console.log prints it", () => {
  assert.match(inspect(new Light("text", { status: 404, headers: { "x-a": "1" } })), /^Response \{(?=[^]*404)(?=[^]*x-a)/);
});
