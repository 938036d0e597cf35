import assert from "node:assert/strict";
import { test } from "node:test";
import { LightResponse } from "../../../src/http/light_response.ts";
import { createRequest } from "../../../src/http/request.ts";
import { nativeResponse, readResponse } from "../../../src/http/response.ts";
import { requestParts, ScriptedBody, withoutStreams } from "../../support/fetch_objects.ts";
import { runtimeName } from "../../support/runtime.ts";

/** Both kinds: what is said of one must be true of the other. */
const NativeResponse = globalThis.Response;
const Light = LightResponse as unknown as typeof Response;
const KINDS: ReadonlyArray<readonly [kind: string, kindOf: typeof Response]> = [["light", Light], ["native", NativeResponse]];

async function sent(response: Response): Promise<{ status: number; fields: Record<string, string>; text: string }> {
  const { status, fields, body } = readResponse(response);
  const text = body === null ? "" : await new NativeResponse(body as BodyInit).text();
  return { status, fields: Object.fromEntries(fields), text };
}

test("readResponse() gives a light string or bytes as they are, with no stream made", async () => {
  await withoutStreams(() => {
    const text = readResponse(new Light("Hello", { status: 201, statusText: "Made", headers: { "X-A": "1" } }));
    assert.deepEqual({ ...text }, {
      status: 201,
      statusText: "Made",
      fields: [["content-type", "text/plain;charset=UTF-8"], ["x-a", "1"]],
      body: "Hello",
    });
    assert.deepEqual(readResponse(new Light(new Uint8Array([1, 2]))).body, new Uint8Array([1, 2]));
    assert.equal(readResponse(new Light(null, { status: 204 })).body, null);
    assert.equal(readResponse(new Light("")).body, "");
  });
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
  for (const [value, message] of given) {
    assert.throws(() => readResponse(value as Response), { name: "TypeError", message }, String(message));
  }
  for (const [, Kind] of KINDS) assert.throws(() => readResponse(Kind.error()), TypeError);
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

test("a request's body can be sent back as it comes", async () => {
  const echo = () => createRequest(requestParts({ method: "POST", body: new ScriptedBody(["a", "b"], true) }));
  for (const [kind, Kind] of KINDS) assert.equal((await sent(new Kind(echo().body))).text, "ab", kind);
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
