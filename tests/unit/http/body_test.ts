import assert from "node:assert/strict";
import { test } from "node:test";
import { BrokenError, ProtocolError } from "../../../src/errors.ts";
import { createRequest } from "../../../src/http/request.ts";
import { requestParts, ScriptedBody, withoutStreams } from "../../support/fetch_objects.ts";

const encoder = new TextEncoder();

function posted(body: ScriptedBody | null, type = "text/plain"): Request {
  return createRequest(requestParts({ method: "POST", fields: [["Content-Type", type]], body }));
}

async function textOf(stream: ReadableStream<Uint8Array>): Promise<string> {
  return await new Response(stream).text();
}

test("text(), json(), arrayBuffer(), bytes() and blob() read the source directly, and make no stream", async () => {
  await withoutStreams(async () => {
    for (const late of [false, true]) {
      const body = () => new ScriptedBody(['{"a":', '"\u00e9"}'], late);
      assert.equal(await posted(body()).text(), '{"a":"\u00e9"}');
      assert.deepEqual(await posted(body()).json(), { a: "\u00e9" });
      assert.equal((await posted(body()).arrayBuffer()).byteLength, 10);
      assert.deepEqual(await posted(body()).bytes(), encoder.encode('{"a":"\u00e9"}'));
    }
  });
});

test("a character may be split between chunks, and a byte order mark falls away", async () => {
  const bytes = encoder.encode("\ufeff\u{1f600}!");
  const chunks = Array.from(bytes, (byte) => new Uint8Array([byte]));
  assert.equal(await posted(new ScriptedBody(chunks)).text(), "\u{1f600}!");
});

test("bytes() and arrayBuffer() give what was sent and no more, whatever the chunk is a view of", async () => {
  const view = encoder.encode("..abc..").subarray(2, 5);
  const lazy = posted(new ScriptedBody([view]));
  const bytes = await lazy.bytes();
  assert.equal(bytes.constructor, Uint8Array);
  assert.deepEqual([...bytes], [97, 98, 99]);
  assert.equal((await posted(new ScriptedBody([view])).arrayBuffer()).byteLength, 3);
  const node = (globalThis as { Buffer?: { from(text: string): Uint8Array } }).Buffer?.from("abc");
  if (node !== undefined) assert.equal((await posted(new ScriptedBody([node])).bytes()).constructor, Uint8Array);
});

test("blob() has the type of the headers", async () => {
  const blob = await posted(new ScriptedBody(["<p>"]), "text/html").blob();
  assert.equal(await blob.text(), "<p>");
  assert.match(blob.type, /^text\/html/);
});

test("formData() reads both kinds of forms", async () => {
  const url = await posted(new ScriptedBody(["a=1&b=", "x%20y&a=2"]), "application/x-www-form-urlencoded").formData();
  assert.deepEqual([...url], [["a", "1"], ["b", "x y"], ["a", "2"]]);
  const parts = [
    '--xx\r\nContent-Disposition: form-data; name="note"\r\n\r\nhello\r\n',
    '--xx\r\nContent-Disposition: form-data; name="file"; filename="a.bin"\r\nContent-Type: application/octet-stream\r\n\r\n\x01\x02\r\n--xx--\r\n',
  ];
  const form = await posted(new ScriptedBody(parts, true), "multipart/form-data; boundary=xx").formData();
  assert.equal(form.get("note"), "hello");
  const file = form.get("file") as File;
  assert.equal(file.name, "a.bin");
  assert.deepEqual([...new Uint8Array(await file.arrayBuffer())], [1, 2]);
});

test("formData() of another type is a TypeError, and json() of no JSON a SyntaxError", async () => {
  await assert.rejects(posted(new ScriptedBody(["a=1"]), "text/plain").formData(), TypeError);
  await assert.rejects(posted(new ScriptedBody(["{"])).json(), SyntaxError);
  await assert.rejects(posted(null).json(), SyntaxError);
});

const READS = ["text", "json", "arrayBuffer", "bytes", "blob", "formData"] as const;

test("a second read is a TypeError: with one server it hung, with another it was empty", async () => {
  for (const first of READS) {
    for (const second of READS) {
      const lazy = posted(new ScriptedBody(["1"]), "application/x-www-form-urlencoded");
      assert.equal(lazy.bodyUsed, false);
      await lazy[first]();
      assert.equal(lazy.bodyUsed, true, first);
      await assert.rejects(lazy[second](), TypeError, `${first} then ${second}`);
    }
    const lazy = posted(new ScriptedBody(["1"]), "application/x-www-form-urlencoded");
    const pending = lazy[first]();
    assert.equal(lazy.bodyUsed, true);
    await assert.rejects(lazy.text(), TypeError);
    await pending;
    assert.throws(() => lazy.clone(), TypeError);
    assert.equal(lazy.body?.locked, true);
    assert.throws(() => new Response(lazy.body), TypeError);
  }
});

test("no body reads as empty, as often as one likes, and is never used", async () => {
  const lazy = posted(null);
  assert.equal(lazy.body, null);
  assert.equal(await lazy.text(), "");
  assert.equal(await lazy.text(), "");
  assert.equal((await lazy.arrayBuffer()).byteLength, 0);
  assert.equal((await lazy.bytes()).length, 0);
  assert.equal((await lazy.blob()).size, 0);
  assert.equal(lazy.bodyUsed, false);
  assert.equal(lazy.clone().body, null);
});

test("body pulls the source only when it is read: that is the backpressure", async () => {
  const source = new ScriptedBody(["a", "b"], true);
  const lazy = posted(source);
  const { body } = lazy;
  assert.ok(body instanceof ReadableStream);
  assert.equal(lazy.body, body);
  for (let turn = 0; turn < 10; turn++) await null;
  assert.equal(source.reads, 0);
  assert.equal(lazy.bodyUsed, false);
  const reader = body.getReader();
  assert.equal(lazy.bodyUsed, false);
  assert.deepEqual((await reader.read()).value, encoder.encode("a"));
  assert.equal(lazy.bodyUsed, true);
  for (let turn = 0; turn < 10; turn++) await null;
  assert.equal(source.reads, 1);
  await reader.read();
  assert.equal((await reader.read()).done, true);
});

test("body and the methods share one state", async () => {
  const touched = posted(new ScriptedBody(["a"]));
  assert.ok(touched.body);
  assert.equal(await touched.text(), "a");
  assert.equal(touched.body.locked, true);

  const locked = posted(new ScriptedBody(["a"]));
  const reader = locked.body!.getReader();
  await assert.rejects(locked.text(), TypeError);
  assert.equal(locked.bodyUsed, false);
  reader.releaseLock();
  assert.equal(await locked.text(), "a");

  const disturbed = posted(new ScriptedBody(["a", "b"]));
  const partly = disturbed.body!.getReader();
  await partly.read();
  partly.releaseLock();
  assert.equal(disturbed.bodyUsed, true);
  await assert.rejects(disturbed.text(), TypeError);
  assert.throws(() => disturbed.clone(), TypeError);
});

test("body is a byte stream: a reader may bring its own buffer, and hears of the end", async () => {
  const { body } = posted(new ScriptedBody(["abc", "", "d"], true));
  const reader = body!.getReader({ mode: "byob" });
  assert.deepEqual((await reader.read(new Uint8Array(2))).value, encoder.encode("ab"));
  assert.deepEqual((await reader.read(new Uint8Array(2))).value, encoder.encode("c"));
  assert.deepEqual((await reader.read(new Uint8Array(2))).value, encoder.encode("d"));
  assert.equal((await reader.read(new Uint8Array(2))).done, true);
});

test("body takes a chunk with the buffer that it lies in, and copies nothing", async () => {
  for (const options of [undefined, { mode: "byob" } as const]) {
    const block = encoder.encode("abcd");
    const { body } = posted(new ScriptedBody([block.subarray(2)]));
    const taken = options === undefined ? body!.pipeThrough(new TransformStream()) : body!;
    const reader = taken.getReader(options as { mode: "byob" });
    const { value } = await reader.read(new Uint8Array(8));
    assert.deepEqual([...value!], [...encoder.encode("cd")]);
    assert.equal(block.buffer.byteLength, 0, "transferred");
  }
});

test("cancelling body cancels the source", async () => {
  const source = new ScriptedBody(["a"]);
  const lazy = posted(source);
  await lazy.body!.cancel();
  assert.equal(source.cancelled, true);
  assert.equal(lazy.bodyUsed, true);
});

test("clone() gives both the whole body", async () => {
  for (const late of [false, true]) {
    const lazy = posted(new ScriptedBody(["a", "b"], late));
    const clone = lazy.clone();
    const second = clone.clone();
    assert.deepEqual(await Promise.all([lazy.text(), clone.text(), second.text()]), ["ab", "ab", "ab"]);
    assert.equal(lazy.bodyUsed && clone.bodyUsed, true);
    await assert.rejects(lazy.text(), TypeError);
    await assert.rejects(clone.json(), TypeError);
  }
});

test("clone() has forms and types too", async () => {
  const lazy = posted(new ScriptedBody(["a=1"]), "application/x-www-form-urlencoded");
  const clone = lazy.clone();
  assert.equal((await clone.formData()).get("a"), "1");
  assert.equal(await lazy.text(), "a=1");
});

test("a body that was cut off rejects with why, and does not read as empty", async () => {
  for (const error of [new BrokenError("read a body: the client went"), new ProtocolError(413, "a body of more than 1 byte")]) {
    const cut = () => posted(new ScriptedBody(["a", error]));
    await assert.rejects(cut().text(), error);
    await assert.rejects(cut().formData(), error);
    await assert.rejects(textOf(cut().body!), error);
    const lazy = cut();
    const clone = lazy.clone();
    await assert.rejects(clone.text(), error);
    await assert.rejects(lazy.text(), error);
  }
});

test("textStream() decodes as it reads", async () => {
  const stream = (posted(new ScriptedBody(["\u00e9", "b"], true)) as Request & { textStream(): ReadableStream<string> }).textStream();
  let text = "";
  for (const reader = stream.getReader();;) {
    const { done, value } = await reader.read();
    if (done) break;
    text += value;
  }
  assert.equal(text, "\u00e9b");
});
