import assert from "node:assert/strict";
import { test } from "node:test";
import { LightResponse } from "../../../src/http/light_response.ts";
import { createRequest } from "../../../src/http/request.ts";
import { nativeResponse, readResponse } from "../../../src/http/response.ts";
import { requestParts, ScriptedBody } from "../../support/fetch_objects.ts";
import { runtimeName } from "../../support/runtime.ts";

/** Both kinds: what is said of one must be true of the other. */
const NativeResponse = globalThis.Response;
const Light = LightResponse as unknown as typeof Response;
const KINDS: ReadonlyArray<readonly [kind: string, kindOf: typeof Response]> = [["light", Light], ["native", NativeResponse]];

/** Of runtimes that keep to the standard where the test is about it; Bun's own Response deviates: it is measured against itself elsewhere. */
const STANDARD = runtimeName() === "bun" ? KINDS.slice(0, 1) : KINDS;

async function sent(response: Response): Promise<{ status: number; fields: Record<string, string>; text: string }> {
  const { status, fields, body } = readResponse(response);
  const text = body === null ? "" : await new NativeResponse(body as BodyInit).text();
  return { status, fields: Object.fromEntries(fields), text };
}

test("readResponse() gives a light string or bytes as they are, with no stream made", () => {
  const { ReadableStream } = globalThis;
  globalThis.ReadableStream = class {
    constructor() {
      throw new Error("a stream was made");
    }
  } as unknown as typeof ReadableStream;
  try {
    const text = readResponse(new Light("Hello", { status: 201, statusText: "Made", headers: { "X-A": "1" } }));
    assert.deepEqual({ ...text }, { status: 201, statusText: "Made", fields: [["content-type", "text/plain;charset=UTF-8"], ["x-a", "1"]], body: "Hello" });
    assert.deepEqual(readResponse(new Light(new Uint8Array([1, 2]))).body, new Uint8Array([1, 2]));
    assert.equal(readResponse(new Light(null, { status: 204 })).body, null);
    assert.equal(readResponse(new Light("")).body, "");
  } finally {
    globalThis.ReadableStream = ReadableStream;
  }
});

test("readResponse() gives a native Response's string without a stream on Deno, and as a stream elsewhere", async () => {
  const { body } = readResponse(new NativeResponse("Hello"));
  if (runtimeName() === "deno") assert.equal(body, "Hello");
  else assert.ok(body instanceof ReadableStream);
  const native: [BodyInit | null, string][] = [
    ["Hello", "Hello"],
    [new Uint8Array([97, 98]), "ab"],
    [new DataView(new Uint8Array([97, 98, 99]).buffer, 1, 1), "b"],
    [new Blob(["blob"]), "blob"],
    [new URLSearchParams({ a: "1" }), "a=1"],
    [new NativeResponse("of a stream").body, "of a stream"],
    ["", ""],
    [null, ""],
  ];
  for (const [init, text] of native) assert.equal((await sent(new NativeResponse(init))).text, text);
  assert.equal((await sent(NativeResponse.json({ a: 1 }))).text, '{"a":1}');
  assert.equal((await sent(new NativeResponse("cloned").clone())).text, "cloned");
});

test("readResponse() keeps each set-cookie apart", () => {
  for (const [kind, Kind] of KINDS) {
    const response = new Kind("x", { headers: [["Set-Cookie", "a=1, 2"], ["X-A", "1"], ["set-cookie", "b"], ["x-a", "2"]] });
    const fields = [...readResponse(response).fields].filter(([name]) => name !== "content-type").sort();
    assert.deepEqual(fields, [["set-cookie", "a=1, 2"], ["set-cookie", "b"], ["x-a", "1, 2"]], kind);
  }
});

test("readResponse() sends a response once: the second answer of one that was kept was empty", async () => {
  for (const [kind, Kind] of KINDS) {
    for (const body of ["text", new Uint8Array([1]), new Blob(["x"])]) {
      const response = new Kind(body);
      const first = readResponse(response).body;
      if (first instanceof ReadableStream) first.getReader();
      else assert.equal(response.bodyUsed, true, kind);
      assert.throws(() => readResponse(response), TypeError, kind);
      assert.throws(() => response.clone(), TypeError, kind);
    }
    const read = new Kind("text");
    await read.text();
    assert.throws(() => readResponse(read), TypeError, kind);
    const locked = new Kind("text");
    locked.body!.getReader();
    assert.throws(() => readResponse(locked), TypeError, kind);
    const empty = new Kind(null);
    readResponse(empty);
    assert.equal(readResponse(empty).body, null, "nothing is lost where there is no body");
  }
});

test("readResponse() refuses what is no response, and says what the app gave", () => {
  class Thing {}
  const given: [unknown, RegExp][] = [
    [undefined, /gave undefined/],
    [null, /gave null/],
    ["text", /gave a string/],
    [new Thing(), /gave an object of class Thing/],
    [{ status: 200, headers: {} }, /gave an object of class Object/],
    [createRequest(requestParts()), /gave an object of class Request/],
  ];
  for (const [value, message] of given) assert.throws(() => readResponse(value as Response), { name: "TypeError", message }, String(message));
  for (const [, Kind] of KINDS) assert.throws(() => readResponse(Kind.error()), TypeError);
});

test("new Response() checks its arguments as the standard has it", () => {
  for (const [kind, Kind] of STANDARD) {
    const made = (init: unknown, body: BodyInit | null = null) => () => new Kind(body, init as ResponseInit);
    for (const status of [0, 100, 199, 600, 1000, NaN, "x", -1]) assert.throws(made({ status }), RangeError, `${kind} ${status}`);
    for (const statusText of ["a\nb", "a\r", "\x00", "\u0101"]) assert.throws(made({ statusText }), TypeError, `${kind} ${JSON.stringify(statusText)}`);
    for (const status of [204, 205, 304]) {
      for (const body of ["", "x", new Uint8Array(), new Blob([])]) assert.throws(made({ status }, body), TypeError, `${kind} ${status}`);
      assert.equal(made({ status })().status, status);
    }
    for (const headers of [5, "ab", [["a"]], [["a", "b", "c"]], { "b ": "x" }, { b: "x\ny" }, null]) {
      assert.throws(made({ headers }), TypeError, `${kind} ${JSON.stringify(headers)}`);
    }
    for (const init of [5, "x", true]) assert.throws(made(init), TypeError, `${kind} ${init}`);
    for (const init of [null, undefined, {}, { status: undefined, statusText: undefined, headers: undefined }]) assert.equal(made(init)().status, 200);
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

const BODIES: ReadonlyArray<readonly [make: () => BodyInit, text: string, type: RegExp | null]> = [
  [() => "caf\u00e9", "caf\u00e9", /^text\/plain;\s?charset=UTF-8$/],
  [() => new URLSearchParams([["a", "1 2"]]), "a=1+2", /^application\/x-www-form-urlencoded;charset=UTF-8$/],
  [() => new Blob(["blob"], { type: "text/x-blob" }), "blob", /^text\/x-blob$/],
  [() => new Blob(["blob"]), "blob", null],
  [() => new Uint8Array([97, 98]), "ab", null],
  [() => new Uint8Array([97, 98]).buffer, "ab", null],
  [() => new Uint8Array([97, 98, 99, 100]).subarray(1, 3), "bc", null],
  [() => new DataView(new Uint8Array([97, 98, 99, 100]).buffer, 1, 2), "bc", null],
  [() => new Uint16Array([0x6261]), "ab", null],
  [() => new NativeResponse("stream").body!, "stream", null],
];

test("every kind of body is sent whole, with its type: a DataView once sent its whole buffer", async () => {
  for (const [make, text, type] of BODIES) {
    const response = new Light(make());
    const header = response.headers.get("content-type");
    if (type === null) assert.equal(header, null);
    else assert.match(String(header), type);
    assert.equal(await response.clone().text(), text);
    assert.equal((await sent(response)).text, text);
    assert.equal(await new Light(make()).text(), text);
    assert.equal(await new NativeResponse(new Light(make()).body).text(), text);
    assert.equal(new TextDecoder().decode(await new Light(make()).arrayBuffer()), text);
    assert.equal(await (await new Light(make()).blob()).text(), text);
    assert.equal(new Light(make(), { headers: { "content-type": "x/y" } }).headers.get("content-type"), "x/y");
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

test("new Response(response.body, response) takes the body over: Hono adds headers so, and a string stays a string", async () => {
  const first = new Light("text", { status: 201, headers: { "x-a": "1" } });
  const second = new Light(first.body, first);
  second.headers.set("x-b", "2");
  const third = new Light(second.body, { status: second.status, headers: second.headers });
  assert.deepEqual([...third.headers], [["content-type", "text/plain;charset=UTF-8"], ["x-a", "1"], ["x-b", "2"]]);
  assert.equal(readResponse(third).body, "text");
  for (const used of [first, second, third]) {
    assert.equal(used.bodyUsed, true);
    await assert.rejects(used.text(), TypeError);
    assert.throws(() => new Light(used.body), TypeError);
  }
  assert.equal(await new NativeResponse(new Light("text").body, new Light(null, { status: 201 })).text(), "text");
  assert.equal(await new Light(new NativeResponse("text").body, new NativeResponse(null, { status: 201 })).text(), "text");
});

test("a stream that was read or is locked makes no Response", async () => {
  const read = new Light("text");
  await read.body!.getReader().read();
  assert.throws(() => new Light(read.body), TypeError);
  const native = new NativeResponse("text");
  await native.body!.getReader().read();
  assert.throws(() => new Light(native.body), TypeError);
});

test("a request's body can be sent back as it comes", async () => {
  const echo = () => createRequest(requestParts({ method: "POST", body: new ScriptedBody(["a", "b"], true) }));
  for (const [kind, Kind] of KINDS) assert.equal((await sent(new Kind(echo().body))).text, "ab", kind);
});

test("Response.json() is JSON of its type", async () => {
  for (const [kind, Kind] of KINDS) {
    const response = Kind.json({ a: [1, null] }, { status: 201, headers: { "x-a": "1" } });
    assert.deepEqual([response.status, response.headers.get("x-a")], [201, "1"], kind);
    assert.match(String(response.headers.get("content-type")), /^application\/json/, kind);
    assert.deepEqual(await response.json(), { a: [1, null] });
    assert.equal(Kind.json(1, { headers: { "content-type": "application/x+json" } }).headers.get("content-type"), "application/x+json", kind);
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

test("nativeResponse() gives the runtime's own, and both share body and headers", async () => {
  const light = new Light("text", { status: 201, headers: { "x-a": "1" } });
  const { headers } = light;
  const native = nativeResponse(light);
  assert.equal(nativeResponse(light), native);
  assert.equal(nativeResponse(native), native);
  headers.set("x-b", "2");
  native.headers.set("x-c", "3");
  assert.deepEqual([native.status, native.headers.get("x-b"), light.headers.get("x-c")], [201, "2", "3"]);
  assert.equal(await native.text(), "text");
  assert.equal(light.bodyUsed, true);
  assert.throws(() => readResponse(light), TypeError);
  const used = new Light("text");
  await used.text();
  assert.throws(() => nativeResponse(used), TypeError);
});

test("console.log prints it", async () => {
  const { inspect } = await import("node:util");
  assert.match(inspect(new Light("text", { status: 404, headers: { "x-a": "1" } })), /^Response \{(?=[^]*404)(?=[^]*x-a)/);
});
