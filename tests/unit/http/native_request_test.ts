import assert from "node:assert/strict";
import { test } from "node:test";
import { UnsupportedError } from "../../../src/errors.ts";
import { createRequest, nativeRequest } from "../../../src/http/request.ts";
import { withEchoServer } from "../../support/echo_server.ts";
import { requestParts, type RequestSketch, ScriptedBody } from "../../support/fetch_objects.ts";
import { runtimeName } from "../../support/runtime.ts";

const TypedRequest = globalThis.Request;

/** Deno, and Node 20: they keep a Request's state under symbols, and take ours whole. */
const TAKES_OURS = Object.getOwnPropertySymbols(new Request("http://localhost/")).length > 0;
const IS_BUN = runtimeName() === "bun";

function posted(sketch: RequestSketch = {}): Request {
  return createRequest(requestParts({
    method: "POST",
    path: "/path?query",
    fields: [["Content-Type", "text/plain"], ["X-A", "1"], ["x-a", "2"], ["Set-Cookie", "a=1,2"], ["set-cookie", "b=2"]],
    body: new ScriptedBody(["hello ", "world"], true),
    ...sketch,
  }));
}

/** Headers as they are compared: Bun iterates over set-cookie last. */
function fieldsOf(request: Request): string[] {
  return [...request.headers].map(([name, value]) => `${name}: ${value}`).sort();
}

const FIELDS = ["content-type: text/plain", "set-cookie: a=1,2", "set-cookie: b=2", "x-a: 1, 2"];

/** All that must have come over from one of ours: an emptied request is what broke proxies. */
async function assertWhole(request: Request, url = "http://example.org/path?query"): Promise<void> {
  assert.equal(request.method, "POST");
  assert.equal(request.url, url);
  assert.deepEqual(fieldsOf(request), FIELDS);
  assert.equal(await request.text(), "hello world");
}

/** Either `use` works, or it throws an error that names the ways out: what is not allowed is a request with something missing. */
async function worksOrNamesTheWayOut(works: boolean, use: () => unknown): Promise<void> {
  if (works) return void await use();
  await assert.rejects(async () => await use(), (error: unknown) => {
    assert.ok(error instanceof UnsupportedError, String(error));
    assert.match(error.message, /new Request\(request\.url, request\).*nativeRequest\(request\).*light globals/);
    assert.notEqual(error.runtime, "");
    return true;
  });
}

test("new Request(url, ours) works everywhere: it is what Hono's mount and proxies do", async () => {
  await assertWhole(new Request("http://other.example/x", posted()), "http://other.example/x");
  const lazy = posted();
  await assertWhole(new Request(lazy.url, lazy));
  assert.equal(lazy.bodyUsed, true);
  await assert.rejects(lazy.text(), TypeError);
});

test("new Request(url, ours) of a body that was used is a TypeError, not an empty one", async () => {
  const used = posted();
  await used.text();
  assert.throws(() => new Request("http://other.example/x", used), TypeError);
  const read = posted();
  await read.body!.getReader().read();
  assert.throws(() => new Request("http://other.example/x", read), TypeError);
});

test("new Request(ours) is whole, or the error names the way out", async () => {
  await worksOrNamesTheWayOut(TAKES_OURS, async () => {
    const lazy = posted();
    await assertWhole(new Request(lazy));
    await assert.rejects(lazy.text(), TypeError);
  });
  await worksOrNamesTheWayOut(TAKES_OURS || IS_BUN, () => {
    const lazy = createRequest(requestParts({ path: "/a", fields: [["X-A", "1"]] }));
    const derived = new Request(lazy);
    assert.equal(derived.method + derived.url + derived.headers.get("x-a"), "GEThttp://example.org/a1");
  });
});

test("new Request(ours, init) changes what init says and keeps the rest: Bun once made a POST a GET", async () => {
  const inits: [RequestInit, Partial<Record<"method" | "header" | "body", string>>][] = [
    [{}, {}],
    [{ body: "other" }, { body: "other" }],
    [{ headers: { "x-b": "3" } }, { header: "null" }],
    [{ method: "PUT" }, { method: "PUT" }],
    [{ method: "PUT", headers: { "x-a": "9" }, body: "other" }, { method: "PUT", header: "9", body: "other" }],
  ];
  for (const [init, { method = "POST", header = "1, 2", body = "hello world" }] of inits) {
    await worksOrNamesTheWayOut(TAKES_OURS, async () => {
      const derived = new Request(posted(), init);
      assert.equal(derived.method, method);
      assert.equal(derived.url, "http://example.org/path?query");
      assert.equal(String(derived.headers.get("x-a")), header);
      assert.equal(await derived.text(), body);
    });
  }
});

test("new Request(ours, { body }) takes one whose own body is locked: body limits wrap the stream so", async () => {
  await worksOrNamesTheWayOut(TAKES_OURS, async () => {
    const lazy = posted();
    lazy.body!.getReader();
    const derived = new Request(lazy, { body: "wrapped" });
    assert.equal(derived.method, "POST");
    assert.equal(derived.headers.get("x-a"), "1, 2");
    assert.equal(await derived.text(), "wrapped");
    assert.throws(() => new Request(lazy), TypeError);
  });
});

test("fetch(ours) sends it whole, or the error names the way out", { timeout: 30_000 }, async () => {
  await withEchoServer(async (authority) => {
    await worksOrNamesTheWayOut(TAKES_OURS || IS_BUN, async () => {
      const answer = await fetch(posted({ authority }));
      const { method, url, headers, body } = await answer.json() as {
        method: string;
        url: string;
        headers: Record<string, string>;
        body: string;
      };
      assert.deepEqual([method, url, headers["x-a"], body], ["POST", "/path?query", "1, 2", "hello world"]);
    });
    const answer = await fetch(`http://${authority}/other`, posted());
    const { method, body } = await answer.json() as { method: string; body: string };
    assert.deepEqual([method, body], ["POST", "hello world"]);
  });
});

test("a class derived from Request takes ours, or the error names the way out", async () => {
  class Derived extends TypedRequest {}
  await worksOrNamesTheWayOut(TAKES_OURS, async () => {
    const derived = new Derived(posted());
    assert.ok(derived instanceof Derived && derived instanceof Request);
    await assertWhole(derived);
  });
  await assertWhole(new Derived("http://example.org/path?query", posted()));
});

test("an app may ask instanceof, copy members and read them in any order", () => {
  const lazy = posted();
  assert.ok(lazy instanceof Request);
  assert.equal(lazy.url + lazy.mode, "http://example.org/path?querycors");
  const copy = new Request(lazy.url, {
    method: lazy.method,
    mode: lazy.mode,
    headers: lazy.headers,
    cache: lazy.cache,
    redirect: lazy.redirect,
  });
  assert.equal(copy.method, "POST");
});

test("nativeRequest() gives the runtime's own, always the same one, and others as they are", async () => {
  const lazy = posted();
  const native = nativeRequest(lazy);
  assert.notEqual(native, lazy);
  assert.equal(nativeRequest(lazy), native);
  assert.equal(nativeRequest(native), native);
  await assertWhole(native.clone() as Request);
  await assertWhole(new Request(native));
});

test("nativeRequest() and ours share one body: each once read what the other had used", async () => {
  const first = posted();
  assert.equal(await nativeRequest(first).text(), "hello world");
  assert.equal(first.bodyUsed, true);
  await assert.rejects(first.text(), TypeError);

  const second = posted();
  const native = nativeRequest(second);
  assert.equal(await second.text(), "hello world");
  assert.equal(native.bodyUsed, true);
  await assert.rejects(native.text(), TypeError);

  const touched = posted();
  const { body } = touched;
  assert.equal(await new Response(nativeRequest(touched).body).text(), "hello world");
  assert.equal(touched.bodyUsed, true);
  assert.equal(body!.locked, true);
});

test("nativeRequest() and ours share one store of headers: two of them drifted apart", () => {
  const lazy = posted();
  const { headers } = lazy;
  headers.set("x-before", "1");
  const native = nativeRequest(lazy);
  headers.set("x-ours", "2");
  native.headers.set("x-native", "3");
  headers.append("x-a", "4");
  headers.delete("set-cookie");
  const expected = ["content-type: text/plain", "x-a: 1, 2, 4", "x-before: 1", "x-native: 3", "x-ours: 2"];
  assert.deepEqual(fieldsOf(native), expected);
  assert.deepEqual(fieldsOf(lazy), expected);
  assert.equal(lazy.headers, headers);
  assert.deepEqual(headers.getSetCookie(), []);
  assert.equal(headers.has("x-native"), true);
  assert.deepEqual([...headers.keys()].sort(), [...native.headers.keys()].sort());
});

test("nativeRequest() of a used body is used, and the signals abort together", async () => {
  const controller = new AbortController();
  const lazy = posted({ signal: () => controller.signal });
  await lazy.text();
  const native = nativeRequest(lazy);
  assert.equal(native.bodyUsed, true);
  await assert.rejects(native.text(), TypeError);
  controller.abort();
  assert.equal(native.signal.aborted, true);
  assert.equal(lazy.signal, controller.signal);
});

test("nativeRequest() of a method that none may have says so", () => {
  if (IS_BUN) return void assert.equal(nativeRequest(createRequest(requestParts({ method: "TRACE" }))).method, "TRACE");
  assert.throws(() => nativeRequest(createRequest(requestParts({ method: "TRACE" }))), TypeError);
});
