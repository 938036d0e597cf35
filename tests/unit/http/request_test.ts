import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect as inspectOfNode } from "node:util";
import { createRequest } from "../../../src/http/request.ts";
import { requestParts, type RequestSketch, ScriptedBody } from "../../support/fetch_objects.ts";

const request = (sketch: RequestSketch = {}): Request => createRequest(requestParts(sketch));

test("createRequest() gives an instance of Request", () => {
  const lazy = request();
  assert.ok(lazy instanceof Request);
  assert.equal(lazy.constructor, Request);
  assert.equal(Object.prototype.toString.call(lazy), "[object Request]");
  assert.equal(`${lazy}`, "[object Request]");
});

test("createRequest() touches neither fields, body nor signal before the app does", () => {
  const touched: string[] = [];
  const parts = requestParts({ path: "/a" });
  const lazy = createRequest({
    head: Object.defineProperty({ ...parts.head }, "fields", { get: () => (touched.push("fields"), parts.head.fields) }),
    scheme: "http",
    authority: "example.org",
    get body() {
      touched.push("body");
      return null;
    },
    signal() {
      touched.push("signal");
      return new AbortController().signal;
    },
  });
  assert.equal(lazy.method + lazy.url, "GEThttp://example.org/a");
  assert.equal(lazy.bodyUsed, false);
  assert.deepEqual(touched, []);
});

test("method is as the client sent it", () => {
  for (const method of ["GET", "PATCH", "get", "PROPFIND", "TRACE"]) assert.equal(request({ method }).method, method);
});

const URLS: ReadonlyArray<readonly [sketch: RequestSketch, url: string]> = [
  [{ path: "/" }, "http://example.org/"],
  [{ path: "/a/b.html?c=d&e=%20f#" }, "http://example.org/a/b.html?c=d&e=%20f"],
  [{ path: "/a%2Fb;c=1,2/@x/~y/(z)!*" }, "http://example.org/a%2Fb;c=1,2/@x/~y/(z)!*"],
  [{ path: "/.well-known/x" }, "http://example.org/.well-known/x"],
  [{ path: "/a/../b/./c" }, "http://example.org/b/c"],
  [{ path: "/%2e%2E/a" }, "http://example.org/a"],
  [{ path: "/a/.%2e/b" }, "http://example.org/b"],
  [{ path: "//evil.example/a" }, "http://example.org//evil.example/a"],
  [{ path: "/a\\..\\b" }, "http://example.org/b"],
  [{ path: "/?a/../b" }, "http://example.org/?a/../b"],
  [{ path: "/a?b='c'" }, "http://example.org/a?b=%27c%27"],
  [{ path: '/{a|b}^`?"' }, new URL('http://example.org/{a|b}^`?"').href],
  [{ path: "/caf\xe9?\xff" }, "http://example.org/caf%E9?%FF"],
  [{ path: "*", method: "OPTIONS" }, "http://example.org/"],
  [{ scheme: "https", authority: "EXAMPLE.org:443", path: "/a" }, "https://example.org/a"],
  [{ authority: "example.org:8080", path: "/a" }, "http://example.org:8080/a"],
  [{ authority: "[::1]:80", path: "/a" }, "http://[::1]/a"],
  [{ authority: "", path: "/old" }, "http://127.0.0.1:8080/old"],
];

test("url is what new URL makes of scheme, host and path, and a host in the path does not matter", () => {
  for (const [sketch, url] of URLS) {
    assert.equal(request(sketch).url, url, JSON.stringify(sketch));
    assert.equal(new URL(url).href, url);
  }
});

test("url is the same string at each touch", () => {
  const lazy = request({ path: "/a/../b" });
  assert.equal(lazy.url, lazy.url);
});

test("headers are one object, and a server's: they can be changed", () => {
  const lazy = request({ fields: [["Accept", "a"]] });
  assert.equal(lazy.headers, lazy.headers);
  lazy.headers.set("accept", "b");
  assert.equal(lazy.headers.get("Accept"), "b");
});

test("signal is made on first touch, once, and late touches see what has happened", () => {
  const controller = new AbortController();
  let made = 0;
  const lazy = request({ signal: () => (made++, controller.signal) });
  assert.equal(made, 0);
  controller.abort(new Error("gone"));
  assert.equal(lazy.signal, lazy.signal);
  assert.equal(made, 1);
  assert.equal(lazy.signal.aborted, true);
});

test("signal is carried by clones and by requests made of it", () => {
  const controller = new AbortController();
  const lazy = request({ signal: () => controller.signal });
  const clone = lazy.clone();
  const derived = new Request("http://example.org/other", lazy);
  assert.equal(derived.signal.aborted, false);
  controller.abort();
  assert.equal(clone.signal.aborted, true);
  assert.equal(derived.signal.aborted, true);
});

test("every other member has the value of a new native Request, on runtimes without it too", () => {
  const lazy = request();
  const expected = {
    cache: "default",
    credentials: "same-origin",
    destination: "",
    duplex: "half",
    integrity: "",
    isHistoryNavigation: false,
    isReloadNavigation: false,
    keepalive: false,
    mode: "cors",
    redirect: "follow",
    referrer: "about:client",
    referrerPolicy: "",
  };
  for (const [name, value] of Object.entries(expected)) assert.equal(Reflect.get(lazy, name), value, name);
});

test("no member of the runtime's Request throws on it", async () => {
  for (const name of Object.getOwnPropertyNames(Request.prototype)) {
    const lazy = request({
      method: "POST",
      fields: [["content-type", "application/x-www-form-urlencoded"]],
      body: new ScriptedBody(["1"]),
    });
    const value: unknown = Reflect.get(lazy, name);
    if (typeof value === "function" && name !== "constructor") await Reflect.apply(value, lazy, []);
  }
});

test("clone() after a change has the changed headers, and later changes stay apart: a clone once lost them", () => {
  const lazy = request({ fields: [["Accept", "a"]] });
  lazy.headers.set("x-id", "1");
  const clone = lazy.clone();
  assert.ok(clone instanceof Request);
  assert.deepEqual([...clone.headers], [["accept", "a"], ["x-id", "1"]]);
  clone.headers.set("x-id", "2");
  lazy.headers.delete("accept");
  assert.deepEqual([...lazy.headers], [["x-id", "1"]]);
  assert.deepEqual([...clone.headers], [["accept", "a"], ["x-id", "2"]]);
  assert.equal(clone.method + clone.url, lazy.method + lazy.url);
});

test("GET and HEAD have no body whatever the client sent: the native Request would throw on it", async () => {
  for (const method of ["GET", "HEAD", "get", "Head"]) {
    const body = new ScriptedBody(["hidden"]);
    const lazy = request({ method, body });
    assert.equal(lazy.body, null);
    assert.equal(await lazy.text(), "");
    assert.equal(lazy.bodyUsed, false);
    assert.equal(body.reads, 0);
    assert.equal(new Request("http://example.org/", lazy).body, null);
  }
});

test("structuredClone refuses it, as it does a native one, and makes no empty object", () => {
  assert.throws(() => structuredClone(request()), { name: "DataCloneError" });
  assert.equal(JSON.stringify(request()), "{}");
});

test("console.log prints it and never throws: one that threw hid the bug that was looked for", async () => {
  const lazy = request({
    method: "POST",
    path: "/printed",
    fields: [["X-A", "1"], ["Set-Cookie", "b=2"]],
    body: new ScriptedBody(["kept"]),
  });
  for (const inspect of [inspectOfNode, runtimeInspect()]) {
    assert.match(inspect(lazy), /Request \{[^]*POST[^]*http:\/\/example\.org\/printed/);
    assert.match(inspect([{ lazy }]), /Request|Object/);
    assert.match(inspect({ a: { b: { c: { d: { e: { f: lazy } } } } } }), /a: /);
    assert.match(inspect(lazy.headers), /Headers \{[^]*x-a/);
  }
  assert.equal(await lazy.text(), "kept");
});

/** What the runtime's console.log goes by. */
function runtimeInspect(): (value: unknown) => string {
  const { Deno: deno, Bun: bun } = globalThis as { Deno?: { inspect(value: unknown): string }; Bun?: { inspect(value: unknown): string } };
  return deno?.inspect ?? bun?.inspect ?? inspectOfNode;
}
