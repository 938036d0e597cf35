import assert from "node:assert/strict";
import { test } from "node:test";
import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { cors } from "hono/cors";
import { etag } from "hono/etag";
import { HTTPException } from "hono/http-exception";
import { methodOverride } from "hono/method-override";
import { proxy } from "hono/proxy";
import { poweredBy } from "hono/powered-by";
import { secureHeaders } from "hono/secure-headers";
import { stream, streamSSE, streamText } from "hono/streaming";
import { UnsupportedError } from "../../../src/errors.ts";
import { installLightGlobals } from "../../../src/http/globals.ts";
import { createRequest } from "../../../src/http/request.ts";
import { readResponse } from "../../../src/http/response.ts";
import { type Echo, withEchoServer } from "../../support/echo_server.ts";
import { requestParts, type RequestSketch, ScriptedBody } from "../../support/fetch_objects.ts";

const NativeResponse = globalThis.Response;

/** Whether the native Request takes ours as its first argument, whatever the method: Deno and Node 20. */
const TAKES_OURS = Object.getOwnPropertySymbols(new Request("http://localhost/")).length > 0;

/** What a client would get, and what the body was handed over as. */
interface Answer {
  readonly status: number;
  readonly fields: Record<string, string>;
  readonly cookies: string[];
  readonly text: string;
  readonly kind: "none" | "string" | "bytes" | "stream";
}

async function ask(app: Hono, sketch: RequestSketch): Promise<Answer> {
  const { status, fields, body } = readResponse(await app.fetch(createRequest(requestParts(sketch))));
  const list = [...fields];
  const kind = body === null ? "none" : typeof body === "string" ? "string" : body instanceof Uint8Array ? "bytes" : "stream";
  return {
    status,
    fields: Object.fromEntries(list),
    cookies: list.filter(([name]) => name === "set-cookie").map(([, value]) => value),
    text: body === null ? "" : await new NativeResponse(body as BodyInit).text(),
    kind,
  };
}

const form = (body: string, type: string): RequestSketch => ({
  method: "POST",
  fields: [["content-type", type]],
  body: new ScriptedBody([body]),
});
const json = (value: unknown): RequestSketch => form(JSON.stringify(value), "application/json");

/** Each runs with native globals and with light ones: an app may meet either. */
function testBoth(name: string, run: (light: boolean) => Promise<void>): void {
  test(`${name}, native globals`, { timeout: 30_000 }, () => run(false));
  test(`${name}, light globals`, { timeout: 30_000 }, async () => {
    const undo = installLightGlobals();
    try {
      await run(true);
    } finally {
      undo();
    }
  });
}

testBoth("c.text, c.json, c.html, c.body and c.redirect answer", async (light) => {
  const app = new Hono()
    .get("/text", (c) => c.text("text"))
    .get("/json", (c) => c.json({ a: 1 }, 201))
    .get("/html", (c) => c.html("<p>"))
    .get("/bytes", (c) => c.body(new Uint8Array([97])))
    .get("/none", (c) => c.body(null, 204))
    .get("/away", (c) => c.redirect("/text"))
    .get("/params/:id", (c) => c.text(`${c.req.param("id")} ${c.req.query("q")} ${c.req.header("x-a")} ${c.req.path}`));
  const { status, text, fields, kind } = await ask(app, { path: "/json" });
  assert.deepEqual([status, text, fields["content-type"]], [201, '{"a":1}', "application/json"]);
  if (light) assert.equal(kind, "string");
  assert.equal((await ask(app, { path: "/text" })).text, "text");
  assert.equal((await ask(app, { path: "/html" })).fields["content-type"], "text/html; charset=UTF-8");
  assert.equal((await ask(app, { path: "/bytes" })).text, "a");
  assert.deepEqual([(await ask(app, { path: "/none" })).status, (await ask(app, { path: "/none" })).kind], [204, "none"]);
  assert.equal((await ask(app, { path: "/away" })).fields["location"], "/text");
  assert.equal((await ask(app, { path: "/params/7?q=x%20y", fields: [["X-A", "1"], ["x-a", "2"]] })).text, "7 x y 1, 2 /params/7");
  assert.equal((await ask(app, { path: "/missing" })).status, 404);
});

testBoth("headers and cookies that middlewares add are merged, and none is lost", async (light) => {
  const app = new Hono();
  app.use(poweredBy(), cors(), secureHeaders());
  app.use(async (c, next) => {
    await next();
    c.header("set-cookie", "a=1", { append: true });
    c.header("set-cookie", "b=2", { append: true });
    c.res.headers.append("x-after", "1");
  });
  app.get("/", (c) => c.text("text"));
  app.get("/replaced", async (c, next) => {
    await next();
    c.res = new Response("other", { status: 203, headers: [["x-own", "1"], ["set-cookie", "c=3"]] });
  }, (c) => {
    c.header("x-first", "1");
    return c.text("first");
  });
  const answer = await ask(app, { path: "/" });
  assert.deepEqual(answer.cookies, ["a=1", "b=2"]);
  const { "x-after": after, "x-powered-by": powered, "x-frame-options": frame, "access-control-allow-origin": origin } = answer.fields;
  assert.deepEqual([answer.text, after, powered, frame, origin], ["text", "1", "Hono", "SAMEORIGIN", "*"]);
  if (light) assert.equal(answer.kind, "string");
  const replaced = await ask(app, { path: "/replaced" });
  assert.deepEqual([replaced.status, replaced.text, replaced.fields["x-own"], replaced.fields["x-first"]], [203, "other", "1", "1"]);
  assert.deepEqual(replaced.cookies, ["c=3", "a=1", "b=2"]);
});

testBoth("c.req reads bodies of every kind, more than once", async () => {
  const app = new Hono();
  app.onError((_error, c) => c.text("", 500));
  app.post("/json", async (c) => c.json([await c.req.json(), await c.req.text(), (await c.req.arrayBuffer()).byteLength]));
  app.post("/form", async (c) => c.json(await c.req.parseBody({ all: true })));
  app.post("/data", async (c) => c.json([...await c.req.formData()]));
  app.post("/blob", async (c) => c.text(await (await c.req.blob()).text()));
  app.post("/raw", async (c) => {
    const copy = c.req.raw.clone();
    return c.json([await copy.json(), await c.req.raw.text(), c.req.raw.bodyUsed]);
  });
  assert.equal((await ask(app, { ...json({ a: 1 }), path: "/json" })).text, '[{"a":1},"{\\"a\\":1}",7]');
  assert.equal((await ask(app, { ...json({ a: 1 }), path: "/raw" })).text, '[{"a":1},"{\\"a\\":1}",true]');
  assert.equal((await ask(app, { ...json({ a: 1 }), path: "/blob" })).text, '{"a":1}');
  const url = form("a=1&b=2&a=3", "application/x-www-form-urlencoded");
  assert.deepEqual(JSON.parse((await ask(app, { ...url, path: "/form" })).text), { a: ["1", "3"], b: "2" });
  const multipart = form('--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--x--\r\n', "multipart/form-data; boundary=x");
  assert.deepEqual(JSON.parse((await ask(app, { ...multipart, path: "/data" })).text), [["a", "1"]]);
  assert.equal((await ask(app, { ...json({}), body: new ScriptedBody(["{"]), path: "/json" })).status, 500);
});

testBoth("stream, streamText and streamSSE stream", async () => {
  const app = new Hono();
  app.get("/stream", (c) =>
    stream(c, async (out) => {
      await out.write(new Uint8Array([97]));
      await out.pipe(new Response("b").body!);
    }));
  app.get("/text", (c) => streamText(c, async (out) => void await out.writeln("line")));
  app.get("/sse", (c) => streamSSE(c, async (out) => await out.writeSSE({ data: "hi", event: "tick", id: "1" })));
  app.post("/echo", (c) => c.body(c.req.raw.body as ReadableStream));
  const own = await ask(app, { path: "/stream" });
  assert.deepEqual([own.text, own.kind], ["ab", "stream"]);
  assert.equal((await ask(app, { path: "/text" })).text, "line\n");
  const events = await ask(app, { path: "/sse" });
  assert.deepEqual([events.text, events.fields["content-type"]], ["event: tick\ndata: hi\nid: 1\n\n", "text/event-stream"]);
  assert.equal((await ask(app, { ...form("echoed", "text/plain"), path: "/echo" })).text, "echoed");
});

testBoth("app.onError, notFound and HTTPException answer", async () => {
  const app = new Hono();
  app.get("/throws", () => {
    throw new Error("broken");
  });
  app.get("/denied", () => {
    throw new HTTPException(401, { res: new Response("denied", { status: 401, headers: { "www-authenticate": "Basic" } }) });
  });
  app.onError((error, c) => error instanceof HTTPException ? error.getResponse() : c.text(error.message, 500));
  app.notFound((c) => c.text("nothing here", 404));
  const denied = await ask(app, { path: "/denied" });
  assert.deepEqual([denied.status, denied.text, denied.fields["www-authenticate"]], [401, "denied", "Basic"]);
  assert.deepEqual([(await ask(app, { path: "/throws" })).status, (await ask(app, { path: "/throws" })).text], [500, "broken"]);
  assert.equal((await ask(app, { path: "/x" })).text, "nothing here");
});

testBoth("app.mount hands the request on with its method, headers and body", async () => {
  const app = new Hono();
  app.mount("/inner", async (request: Request) => {
    assert.ok(request instanceof Request);
    const { method, url, headers } = request;
    return Response.json([method, new URL(url).pathname, headers.get("x-a"), await request.text()]);
  });
  const answer = await ask(app, { ...form("body", "text/plain"), path: "/inner/deep", fields: [["X-A", "1"]] });
  assert.equal(answer.text, '["POST","/deep","1","body"]');
});

testBoth("the proxy helper sends the request on and the answer back", async () => {
  await withEchoServer(async (authority) => {
    const app = new Hono();
    app.all("/helper", (c) => proxy(`http://${authority}/a`, { raw: c.req.raw, headers: { "x-b": "2" } }));
    app.all("/plain", async (c) => {
      const answer = await fetch(new Request(`http://${authority}/b`, c.req.raw));
      return new Response(answer.body, answer);
    });
    for (const [path, url] of [["/helper", "/a"], ["/plain", "/b"]] as const) {
      const answer = await ask(app, { ...form("proxied", "text/plain"), path, fields: [["X-A", "1"]] });
      assert.equal(answer.status, 200);
      const echo = JSON.parse(answer.text) as Echo;
      assert.deepEqual([echo.method, echo.url, echo.body], ["POST", url, "proxied"]);
    }
  });
});

testBoth("bodyLimit and methodOverride make a request of ours: they work, or the error names the way out", async (light) => {
  const app = new Hono();
  const errors: Error[] = [];
  app.onError((error, c) => (errors.push(error), c.text("", 500)));
  app.use("/limited", bodyLimit({ maxSize: 5, onError: (c) => c.text("too much", 413) }));
  app.post("/limited", async (c) => c.text(`${c.req.method} ${await c.req.text()}`));
  app.use("/overridden", methodOverride({ app }));
  app.delete("/overridden", (c) => c.text("deleted"));
  const limited = await ask(app, { ...form("abc", "text/plain"), path: "/limited" });
  const overridden = await ask(app, { ...form("_method=DELETE", "application/x-www-form-urlencoded"), path: "/overridden" });
  if (light || TAKES_OURS) {
    assert.deepEqual([limited.text, overridden.text, errors], ["POST abc", "deleted", []]);
    assert.equal((await ask(app, { ...form("abcdef", "text/plain"), path: "/limited" })).status, 413);
  } else {
    assert.deepEqual([limited.status, overridden.status], [500, 500]);
    for (const error of errors) assert.ok(error instanceof UnsupportedError, String(error));
  }
});

testBoth("etag reads a clone and answers 304", async () => {
  const app = new Hono();
  app.use(etag());
  app.get("/", (c) => c.text("text"));
  const first = await ask(app, { path: "/" });
  assert.equal(first.text, "text");
  assert.ok(first.fields["etag"]);
  const second = await ask(app, { path: "/", fields: [["If-None-Match", first.fields["etag"]!]] });
  assert.deepEqual([second.status, second.kind], [304, "none"]);
});

testBoth("app.request() and HEAD work", async () => {
  const app = new Hono();
  app.get("/", (c) => c.text("text"));
  const answer = await app.request("/");
  assert.equal(await answer.text(), "text");
  const head = await ask(app, { method: "HEAD", path: "/" });
  assert.deepEqual([head.status, head.text], [200, ""]);
});
