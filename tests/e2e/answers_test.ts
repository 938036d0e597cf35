import assert from "node:assert/strict";
import { test } from "node:test";
import { Gate } from "../support/gate.ts";
import { pause, until, withServer } from "../support/served.ts";

const LIMIT = { timeout: 60_000 };
const get = (target: string, more = "") => `GET ${target} HTTP/1.1\r\nHost: localhost\r\n${more}\r\n`;
const CLOSE = "Connection: close\r\n";

const failures: ReadonlyArray<readonly [string, () => unknown, RegExp]> = [
  ["throws", () => {
    throw new Error("secret at line 1");
  }, /secret/],
  ["rejects", () => Promise.reject(new Error("secret")), /secret/],
  ["throws nothing at all", () => Promise.reject(undefined), /undefined/],
  ["gives undefined", () => undefined, /Response/],
  ["gives a string", () => "text", /Response/],
  ["gives a used response", async () => {
    const response = new Response("x");
    await response.text();
    return response;
  }, /used/],
  ["gives an error response", () => Response.error(), /./],
];

for (const [what, handler, message] of failures) {
  test(`an app that ${what}: a 500 without its stack, the error told with method and target, the connection kept`, LIMIT, async () => {
    const fetch = ((request: Request) => request.url.endsWith("/ok") ? new Response("ok") : handler()) as () => Response;
    await withServer({ fetch }, async ({ exchange, heard, server }) => {
      const answers = await exchange(get("/fails?q") + get("/ok", CLOSE));
      assert.match(answers, /^HTTP\/1\.1 500 Internal Server Error\r\n[^]*\r\n\r\nInternal Server ErrorHTTP\/1\.1 200 OK\r\n[^]*ok$/);
      assert.equal(answers.includes("secret"), false);
      assert.equal(heard.errors.length, 1);
      assert.equal(heard.errors[0]!.name, "GET /fails?q");
      assert.match(String(heard.errors[0]!.error), message);
      assert.equal(server.stats().exceptions, 1);
    });
  });
}

test("a whole answer of another length than declared: a 500, told, and the connection ends", LIMIT, async () => {
  const fetch = (request: Request) => {
    const length = new URL(request.url).pathname.slice(1);
    return new Response("hello", length === "" ? {} : { headers: { "content-length": length } });
  };
  await withServer({ fetch }, async ({ exchange, heard }) => {
    for (const declared of ["4", "6"]) {
      const answers = await exchange(get(`/${declared}`) + get("/", CLOSE));
      assert.deepEqual(answers.match(/HTTP\/1\.1 \d+/g), ["HTTP/1.1 500"]);
      assert.match(answers, /connection: close[^]*Internal Server Error$/);
    }
    assert.deepEqual(heard.errors.map(({ name }) => name), ["GET /4", "GET /6"]);
  });
});

test("Expect: 100-continue is answered when the app first reads, and not before", LIMIT, async () => {
  let read = () => {};
  const fetch = async (request: Request) => {
    await new Promise<void>((resolve) => read = resolve);
    return new Response(`got ${await request.text()}`);
  };
  await withServer({ fetch }, async ({ connect, server }) => {
    const client = await connect();
    client.send("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n");
    await until(() => server.stats().busy === 1);
    assert.equal(client.received, 0);
    read();
    await until(() => client.text === "HTTP/1.1 100 Continue\r\n\r\n");
    client.send("hello");
    await until(() => client.ended);
    assert.match(client.text, /got hello$/);
    client.destroy();
  });
});

test("an app that answers an expecting client without reading: no 100, and the connection closes", LIMIT, async () => {
  await withServer({ fetch: () => new Response("no", { status: 403 }) }, async ({ exchange }) => {
    const answer = await exchange("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n");
    assert.match(answer, /^HTTP\/1\.1 403 [^]*connection: close[^]*no$/i);
  });
});

test("an unread body is skipped if it is small, and the next request is served", LIMIT, async () => {
  await withServer({ fetch: (request: Request) => new Response(request.method), limitPostBytes: 10_000_000 }, async ({ exchange }) => {
    const small = await exchange(
      `POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 60000\r\n\r\n${"x".repeat(60_000)}${get("/", CLOSE)}`,
    );
    assert.match(small, /POSTHTTP\/1\.1 200 [^]*GET$/);
  });
});

test("a 413 is read and not reset, whatever the client goes on sending", { timeout: 60_000 }, async () => {
  await withServer({ fetch: () => new Response("x") }, async ({ connect }) => {
    const part = new Uint8Array(8_388_608);
    for (let round = 0; round < 5; round++) {
      const client = await connect();
      client.send(`POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${part.length * 4}\r\n\r\n`);
      for (let count = 0; count < 4; count++) client.send(part);
      await until(() => client.text.includes("\r\n\r\n") && client.ended);
      assert.match(client.text, /^HTTP\/1\.1 413 Content Too Large\r\n/);
      await until(() => client.accepted > part.length * 4);
      assert.equal(client.errorCode, null);
      client.end();
      client.destroy();
    }
  });
});

const refused: ReadonlyArray<readonly [number, string, string]> = [
  [400, "no host", "GET / HTTP/1.1\r\n\r\n"],
  [400, "a field without a colon", get("/", "nonsense\r\n")],
  [400, "two lengths", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx"],
  [400, "length and chunked", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"],
  [414, "a long target", get(`/${"x".repeat(9000)}`)],
  [431, "a long field", get("/", `X: ${"x".repeat(9000)}\r\n`)],
  [431, "101 fields", get("/", "X: y\r\n".repeat(100))],
  [413, "a large body", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999\r\n\r\n"],
  [417, "an unknown expectation", get("/", "Expect: wonders\r\n")],
  [501, "an unknown transfer coding", "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"],
  [505, "HTTP/2.0", "GET / HTTP/2.0\r\nHost: x\r\n\r\n"],
];

for (const [status, what, request] of refused) {
  test(`${what}: ${status}, Connection: close, and no handler is called`, LIMIT, async () => {
    let calls = 0;
    await withServer({ fetch: () => (calls++, new Response("x")) }, async ({ exchange, heard }) => {
      assert.match(await exchange(request), new RegExp(`^HTTP/1\\.1 ${status} [^]*connection: close\\r\\n`, "i"));
      assert.deepEqual(heard.refused, [status]);
      assert.equal(calls, 0);
    });
  });
}

test("a head that is not complete in time: 408; a body that stops coming: 408", LIMIT, async () => {
  const timeouts = { headMs: 100, bodyIdleMs: 100 };
  await withServer({ fetch: () => new Response("x"), timeouts }, async ({ exchange }) => {
    assert.match(await exchange("GET / HTTP/1.1\r\nHost:"), /^HTTP\/1\.1 408 /);
    assert.match(await exchange("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nxx"), /^HTTP\/1\.1 408 /);
  });
});

test("an idle connection is closed after the keep-alive timeout, without an answer", LIMIT, async () => {
  await withServer({ fetch: () => new Response("x"), timeouts: { keepAliveMs: 500, firstByteMs: 500 } }, async ({ exchange }) => {
    assert.equal(await exchange(""), "");
    assert.match(await exchange(get("/")), /^HTTP\/1\.1 200 [^]*x$/);
  });
});

test("HTTP/1.0: closes, or keeps the connection if it is asked to", LIMIT, async () => {
  await withServer({ fetch: () => new Response("x") }, async ({ exchange }) => {
    assert.match(await exchange("GET / HTTP/1.0\r\n\r\n"), /^HTTP\/1\.1 200 [^]*connection: close[^]*x$/i);
    const two = await exchange("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\nGET / HTTP/1.0\r\n\r\n");
    assert.equal(two.match(/HTTP\/1\.1 200 /g)?.length, 2);
  });
});

test("absolute-form and OPTIONS * reach the app as URLs", LIMIT, async () => {
  await withServer({ fetch: (request: Request) => new Response(`${request.method} ${request.url}`) }, async ({ exchange }) => {
    assert.match(
      await exchange("GET http://a.example/b?c HTTP/1.1\r\nHost: other\r\nConnection: close\r\n\r\n"),
      /GET http:\/\/a\.example\/b\?c$/,
    );
    assert.match(await exchange("OPTIONS * HTTP/1.1\r\nHost: a.example\r\nConnection: close\r\n\r\n"), /OPTIONS http:\/\/a\.example\/\*?$/);
  });
});

test("a target of https on a plain connection: 421", LIMIT, async () => {
  await withServer({ fetch: () => new Response("x") }, async ({ exchange, heard }) => {
    assert.match(
      await exchange("GET https://shop.example/x HTTP/1.1\r\nHost: shop.example\r\n\r\n"),
      /^HTTP\/1\.1 421 Misdirected Request\r\n[^]*connection: close\r\n/i,
    );
    assert.deepEqual([heard.refused, heard.requests], [[421], []]);
  });
});

test("trailers of a chunked body are read, and stay out of the head", LIMIT, async () => {
  const fetch = async (request: Request) => new Response(`${await request.text()} ${request.headers.get("x-late")}`);
  await withServer({ fetch }, async ({ exchange }) => {
    const request =
      "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n3\r\nabc\r\n0\r\nX-Late: 1\r\n\r\n";
    assert.match(await exchange(request), /abc null$/);
  });
});

test("waitUntil(): close() waits for it, and a rejection is told", LIMIT, async () => {
  const log: string[] = [];
  const work = new Gate();
  const app = {
    kind: "fetch",
    fetch: (_request: Request, _env: unknown, context: { waitUntil(promise: Promise<unknown>): void }) => {
      context.waitUntil(work.opened.then(() => void log.push("done")));
      context.waitUntil(Promise.reject(new Error("in the background")));
      return new Response("x");
    },
  } as const;
  await withServer({ app }, async ({ exchange, server, heard }) => {
    await exchange(get("/later", CLOSE));
    const closing = server.close({ mercyMs: 30_000 }).then((lost) => (log.push("closed"), lost));
    await pause(100);
    assert.deepEqual(log, []);
    work.open();
    assert.equal(await closing, 0);
    assert.deepEqual(log, ["done", "closed"]);
    assert.equal(heard.errors[0]?.name, "GET /later");
  });
});

test("close(): in flight is answered with Connection: close, idle is closed, what comes is refused", LIMIT, async () => {
  const work = new Gate();
  const fetch = () => work.opened.then(() => new Response("late"));
  await withServer({ fetch }, async ({ connect, server, url }) => {
    const idle = await connect();
    const busy = await connect();
    busy.send(get("/"));
    await until(() => server.stats().busy === 1);
    const closing = server.close({ mercyMs: 10_000 });
    work.open();
    assert.equal(await closing, 0);
    assert.match(busy.text, /connection: close\r\n[^]*late$/i);
    await until(() => idle.ended && busy.ended);
    await assert.rejects(globalThis.fetch(url));
    idle.destroy();
    busy.destroy();
  });
});

test("close() past its mercy resets what is left, and counts it", LIMIT, async () => {
  await withServer({ fetch: () => new Promise<Response>(() => {}) }, async ({ connect, server }) => {
    const client = await connect();
    client.send(get("/"));
    await until(() => server.stats().busy === 1);
    assert.equal(await server.close({ mercyMs: 100 }), 1);
    // Deno has no RST: there the client sees FIN (docs/runtimes.md).
    await until(() => client.closed || client.ended);
  });
});
