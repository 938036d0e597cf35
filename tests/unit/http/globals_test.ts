import assert from "node:assert/strict";
import { test } from "node:test";
import { installLightGlobals } from "../../../src/http/globals.ts";
import { LightResponse } from "../../../src/http/light_response.ts";
import { createRequest, nativeRequest } from "../../../src/http/request.ts";
import { readResponse } from "../../../src/http/response.ts";
import { type Echo, withEchoServer } from "../../support/echo_server.ts";
import { requestParts, type RequestSketch, ScriptedBody } from "../../support/fetch_objects.ts";

const native = { Request: globalThis.Request, Response: globalThis.Response, Headers: globalThis.Headers, fetch: globalThis.fetch };

/** Runs with light globals, and takes them away again: other files of tests may share this process. */
async function withLightGlobals(use: () => unknown): Promise<void> {
  const undo = installLightGlobals();
  try {
    await use();
  } finally {
    undo();
  }
}

function posted(sketch: RequestSketch = {}): Request {
  const fields: [string, string][] = [["Content-Type", "text/plain"], ["X-A", "1"], ["x-a", "2"], ["Set-Cookie", "a=1,2"], [
    "set-cookie",
    "b=2",
  ]];
  return createRequest(
    requestParts({ method: "POST", path: "/path?query", fields, body: new ScriptedBody(["hello ", "world"], true), ...sketch }),
  );
}

test("installLightGlobals() replaces Request, Response and fetch, leaves Headers, and its undo restores them", async () => {
  const keys = Object.keys(globalThis);
  await withLightGlobals(() => {
    assert.notEqual(globalThis.Request, native.Request);
    assert.equal(globalThis.Response, LightResponse as unknown);
    assert.notEqual(globalThis.fetch, native.fetch);
    assert.equal(globalThis.Headers, native.Headers);
    assert.equal(Request.name + Response.name, "RequestResponse");
    assert.deepEqual(Object.keys(globalThis), keys);
  });
  for (const name of ["Request", "Response", "Headers", "fetch"] as const) assert.equal(globalThis[name], native[name], name);
});

test("instanceof holds every way with light globals: frameworks ask it of what the other made", async () => {
  const before = { request: new Request("http://example.org/"), response: new Response("x") };
  await withLightGlobals(() => {
    for (const request of [before.request, new Request("http://example.org/"), new native.Request("http://example.org/"), posted()]) {
      assert.ok(request instanceof Request && request instanceof native.Request);
    }
    for (const response of [before.response, new Response("x"), new native.Response("x"), Response.json(1), native.Response.json(1)]) {
      assert.ok(response instanceof Response && response instanceof native.Response);
    }
  });
});

test("a Response of an app is light, and a string of it makes no stream", async () => {
  await withLightGlobals(() => {
    for (const response of [new Response("text"), Response.json("text")]) assert.equal(typeof readResponse(response).body, "string");
  });
});

test("new Request(ours) works everywhere, with and without init", async () => {
  await withLightGlobals(async () => {
    const whole = new Request(posted());
    assert.deepEqual([whole.method, whole.url, whole.headers.get("x-a")], ["POST", "http://example.org/path?query", "1, 2"]);
    assert.deepEqual(whole.headers.getSetCookie(), ["a=1,2", "b=2"]);
    assert.equal(await whole.text(), "hello world");
    const changed = new Request(posted(), { method: "PUT", headers: { "x-b": "3" }, body: "other" });
    assert.deepEqual([changed.method, changed.headers.get("x-a"), changed.headers.get("x-b"), await changed.text()], [
      "PUT",
      null,
      "3",
      "other",
    ]);
    const sameMethod = new Request(posted(), { body: "other" });
    assert.deepEqual([sameMethod.method, sameMethod.headers.get("x-a"), await sameMethod.text()], ["POST", "1, 2", "other"]);
    const moved = new Request("http://other.example/x", posted());
    assert.deepEqual([moved.method, moved.url, await moved.text()], ["POST", "http://other.example/x", "hello world"]);
  });
});

test("new Request(ours) of a body that was used is a TypeError, but another body may take its place", async () => {
  await withLightGlobals(async () => {
    const used = posted();
    await used.text();
    assert.throws(() => new Request(used), TypeError);
    const locked = posted();
    locked.body!.getReader();
    assert.throws(() => new Request(locked), TypeError);
    for (const request of [used, locked]) {
      const derived = new Request(request, { body: "wrapped" });
      assert.deepEqual([derived.method, derived.headers.get("x-a"), await derived.text()], ["POST", "1, 2", "wrapped"]);
    }
  });
});

test("new Request(ours) carries the signal", async () => {
  await withLightGlobals(() => {
    const controller = new AbortController();
    const derived = new Request(posted({ signal: () => controller.signal }));
    controller.abort();
    assert.equal(derived.signal.aborted, true);
  });
});

test("a class derived from either global works", async () => {
  await withLightGlobals(async () => {
    class DerivedRequest extends Request {
      get isDerived(): boolean {
        return true;
      }
    }
    class DerivedResponse extends Response {
      get isDerived(): boolean {
        return true;
      }
    }
    const request = new DerivedRequest(posted());
    assert.ok(request instanceof DerivedRequest && request instanceof Request && request.isDerived);
    assert.equal(await request.text(), "hello world");
    const response = new DerivedResponse("text", { status: 201 });
    assert.ok(response instanceof DerivedResponse && response instanceof Response && response.isDerived);
    assert.equal(readResponse(response).body, "text");
    assert.ok(!(new Response() instanceof DerivedResponse) && !(new Request("http://example.org/") instanceof DerivedRequest));
  });
});

test("fetch(ours) sends it whole, and what comes is instanceof Response", { timeout: 30_000 }, async () => {
  await withEchoServer(async (authority) => {
    await withLightGlobals(async () => {
      for (
        const answer of [
          await fetch(posted({ authority })),
          await fetch(new Request(posted({ authority }))),
          await fetch(nativeRequest(posted({ authority }))),
        ]
      ) {
        assert.ok(answer instanceof Response);
        const { method, url, headers, body } = await answer.json() as Echo;
        assert.deepEqual([method, url, headers["x-a"], body], ["POST", "/path?query", "1, 2", "hello world"]);
      }
      const answer = await fetch(posted({ authority }), { method: "PUT", body: "other" });
      const { method, body } = await answer.json() as Echo;
      assert.deepEqual([method, body], ["PUT", "other"]);
    });
  });
});

test("fetch(ours) rejects, and does not throw, where it cannot be sent", async () => {
  await withLightGlobals(async () => {
    const used = posted();
    await used.text();
    await assert.rejects(fetch(used), TypeError);
  });
});

test("a fetched Response can be sent on, with its headers changed: what a proxy does", { timeout: 30_000 }, async () => {
  await withEchoServer(async (authority) => {
    await withLightGlobals(async () => {
      const answer = await fetch(posted({ authority }));
      const sent = new Response(answer.body, answer);
      sent.headers.set("x-proxied", "1");
      const { status, fields, body } = readResponse(sent);
      assert.equal(status, 200);
      assert.equal(Object.fromEntries(fields)["x-proxied"], "1");
      assert.equal((JSON.parse(await new native.Response(body as ReadableStream).text()) as Echo).body, "hello world");
    });
  });
});

test("what is wrong with a Request is still said by the native one", async () => {
  await withLightGlobals(() => {
    assert.throws(() => Reflect.construct(Request, []));
    assert.throws(() => new Request("http://[bad"), TypeError);
    assert.throws(() => Reflect.apply(Request as unknown as () => void, undefined, []), TypeError);
    assert.throws(() => Reflect.apply(Response as unknown as () => void, undefined, []), TypeError);
  });
});
