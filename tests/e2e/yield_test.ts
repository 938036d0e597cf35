import assert from "node:assert/strict";
import { test } from "node:test";
import { sleep, type StartResponse, type YieldEnv, type YieldHandler } from "../../mod.ts";
import type { CgiInput } from "../../src/gateway/cgi_env.ts";
import { until, withServer } from "../support/served.ts";

const LIMIT = { timeout: 60_000 };
const get = (target: string, more = "") => `GET ${target} HTTP/1.1\r\nHost: localhost\r\n${more}\r\n`;
const CLOSE = "Connection: close\r\n";
const TEXT = [["content-type", "text/plain"]] as const;

/** What of a chunked body was a chunk of its own, by its sizes. */
function chunksOf(answer: string): string[] {
  const chunks: string[] = [];
  let rest = answer.slice(answer.indexOf("\r\n\r\n") + 4);
  for (;;) {
    const line = rest.indexOf("\r\n");
    const size = parseInt(rest.slice(0, line), 16);
    assert.ok(size >= 0, `no chunk: ${JSON.stringify(rest)}`);
    if (size === 0) return chunks;
    chunks.push(rest.slice(line + 2, line + 2 + size));
    rest = rest.slice(line + 4 + size);
  }
}

const forms: ReadonlyArray<readonly [string, YieldHandler]> = [
  ["a generator", function* (_env, startResponse) {
    startResponse("200 OK", TEXT);
    yield "one";
    yield "two";
  }],
  ["an async generator", async function* (_env, startResponse) {
    startResponse("200 OK", TEXT);
    yield "one";
    await new Promise((resolve) => setTimeout(resolve, 10));
    yield "two";
  }],
  ["an array", (_env, startResponse) => {
    startResponse("200 OK", TEXT);
    return ["one", "two"];
  }],
  ["a promise of an array", async (_env, startResponse) => {
    await Promise.resolve();
    startResponse("200 OK", TEXT);
    return ["one", "", "two"];
  }],
];

for (const [what, application] of forms) {
  test(`a yield app that gives ${what}: status, fields, and a chunk a chunk`, LIMIT, async () => {
    await withServer({ application }, async ({ exchange }) => {
      const answer = await exchange(get("/", CLOSE));
      assert.match(answer, /^HTTP\/1\.1 200 OK\r\n/);
      assert.match(answer, /^content-type: text\/plain\r$/m);
      assert.match(answer, /^transfer-encoding: chunked\r$/m);
      assert.deepEqual(chunksOf(answer), ["one", "two"]);
    });
  });
}

test("a yield app's own status and fields, one name twice, are sent as they are", LIMIT, async () => {
  const application = function* (_env: YieldEnv, startResponse: StartResponse) {
    startResponse("299 Rather Fine", [["set-cookie", "a=1"], ["set-cookie", "b=2"], ["content-length", "4"]]);
    yield "body";
  };
  await withServer({ application }, async ({ exchange }) => {
    const answer = await exchange(get("/", CLOSE));
    assert.match(answer, /^HTTP\/1\.1 299 Rather Fine\r\nset-cookie: a=1\r\nset-cookie: b=2\r\ncontent-length: 4\r\n[^]*\r\n\r\nbody$/);
    assert.equal(answer.includes("transfer-encoding"), false);
  });
});

test("a yield app's bytes go out as they are, its strings as UTF-8", LIMIT, async () => {
  const application = function* (_env: YieldEnv, startResponse: StartResponse) {
    startResponse("200 OK", []);
    yield new Uint8Array([0, 255, 128]);
    yield "\u00e4\u20ac";
  };
  await withServer({ application }, async ({ exchange }) => {
    assert.deepEqual(chunksOf(await exchange(get("/", CLOSE))), ["\x00\xff\x80", "\xc3\xa4\xe2\x82\xac"]);
  });
});

const early: ReadonlyArray<readonly [string, YieldHandler, RegExp]> = [
  ["throws before its first chunk with a byte in it", function* (_env, startResponse) {
    startResponse("200 OK", TEXT);
    yield "";
    throw new Error("no such table");
  }, /no such table/],
  ["throws when it is called", () => {
    throw new Error("not today");
  }, /not today/],
  ["never calls startResponse", function* () {
    yield "x";
  }, /startResponse/],
  ["ends without startResponse", function* () {}, /startResponse/],
  ["gives a wrong status", function* (_env, startResponse) {
    startResponse("fine", TEXT);
    yield "x";
  }, /startResponse\("fine"\)/],
  [
    "returns a string",
    ((_env: YieldEnv, startResponse: StartResponse) => {
      startResponse("200 OK", TEXT);
      return "text";
    }) as YieldHandler,
    /it returned a string/,
  ],
  ["yields a number", function* (_env, startResponse) {
    startResponse("200 OK", TEXT);
    yield 7 as unknown as string; // what JavaScript apps can do, and types forbid
  }, /a value of type number/],
];

for (const [what, application, message] of early) {
  test(`a yield app that ${what}: a 500 without its message, the error told, the connection kept`, LIMIT, async () => {
    const either: YieldHandler = (env, startResponse) => {
      if (env.PATH_INFO === "/fails") return application(env, startResponse);
      startResponse("200 OK", []);
      return ["ok"];
    };
    await withServer({ application: either }, async ({ exchange, heard, server }) => {
      const answers = await exchange(get("/fails") + get("/ok", CLOSE));
      assert.match(answers, /^HTTP\/1\.1 500 Internal Server Error\r\n[^]*Internal Server ErrorHTTP\/1\.1 200 OK\r\n[^]*ok\r\n/);
      assert.deepEqual(heard.errors.map(({ name }) => name), ["GET /fails"]);
      assert.match(String(heard.errors[0]!.error), message);
      assert.equal(answers.includes("table"), false);
      assert.equal(server.stats().busy, 0);
    });
  });
}

test("a yield app that throws after its first chunk: the answer is cut short, so that no client takes it for whole", LIMIT, async () => {
  const application = function* (_env: YieldEnv, startResponse: StartResponse) {
    startResponse("200 OK", TEXT);
    yield "first";
    yield "second";
    throw new Error("midway");
  };
  await withServer({ application }, async ({ connect, heard, server }) => {
    const client = await connect();
    client.send(get("/cut"));
    await until(() => client.ended || client.closed);
    assert.match(client.text, /first/);
    assert.equal(client.text.includes("0\r\n\r\n"), false);
    assert.deepEqual(heard.errors.map(({ name, error }) => `${name}: ${error}`), ["GET /cut: Error: midway"]);
    await until(() => server.stats().busy === 0);
    client.destroy();
  });
});

test("a yield app and HEAD: the head alone, and the connection goes on", LIMIT, async () => {
  let closed = 0;
  const application = function* (env: YieldEnv, startResponse: StartResponse) {
    try {
      startResponse("200 OK", [["x-method", String(env.REQUEST_METHOD)]]);
      yield "body";
    } finally {
      closed++;
    }
  };
  await withServer({ application }, async ({ exchange }) => {
    const answers = await exchange("HEAD / HTTP/1.1\r\nHost: localhost\r\n\r\n" + get("/", CLOSE));
    assert.match(answers, /^HTTP\/1\.1 200 OK\r\nx-method: HEAD\r\n[^]*?\r\n\r\nHTTP\/1\.1 200 OK\r\nx-method: GET\r\n[^]*body/);
    assert.equal(closed, 2);
  });
});

test("a yield app and HTTP/1.0: no chunks, and the end is the connection's", LIMIT, async () => {
  await withServer({ application: forms[0]![1] }, async ({ exchange }) => {
    const answer = await exchange("GET / HTTP/1.0\r\n\r\n");
    assert.match(answer, /^HTTP\/1\.1 200 OK\r\n[^]*connection: close\r\n\r\nonetwo$/);
    assert.equal(answer.includes("chunked"), false);
  });
});

test("a yield app's env has the CGI variables of the request", LIMIT, async () => {
  const seen: YieldEnv[] = [];
  const application: YieldHandler = (env, startResponse) => {
    seen.push(env);
    startResponse("204 No Content", []);
    return [];
  };
  await withServer({ application }, async ({ exchange, address }) => {
    const fields = "X-Two: a\r\nX-Two: b\r\nCookie: c=1\r\nCookie: d=2\r\nContent-Type: text/plain\r\nProxy: http://evil\r\n";
    assert.match(await exchange(get("/a%20b/%C3%A4?q=1&r=%20", fields + CLOSE)), /^HTTP\/1\.1 204 /);
    const { "wsgi.input": input, "x-wsgiorg.fdevent.readable": readable, "x-wsgiorg.fdevent.writable": writable, REMOTE_PORT, ...env } =
      seen[0]!;
    assert.deepEqual([typeof readable, typeof writable], ["function", "function"]);
    assert.equal((input as CgiInput).read(), null);
    assert.ok(Number(REMOTE_PORT) > 0);
    assert.deepEqual(env, {
      REQUEST_METHOD: "GET",
      REQUEST_URI: "/a%20b/%C3%A4?q=1&r=%20",
      SCRIPT_NAME: "",
      PATH_INFO: "/a b/\u00c3\u00a4",
      QUERY_STRING: "q=1&r=%20",
      SERVER_PROTOCOL: "HTTP/1.1",
      SERVER_NAME: "127.0.0.1",
      SERVER_PORT: String(address.port),
      REMOTE_ADDR: "127.0.0.1",
      REQUEST_SCHEME: "http",
      CONTENT_TYPE: "text/plain",
      HTTP_HOST: "localhost",
      HTTP_X_TWO: "a, b",
      HTTP_COOKIE: "c=1; d=2",
      HTTP_CONNECTION: "close",
      "wsgi.url_scheme": "http",
      "heddle.core": env["heddle.core"],
      "uwsgi.core": env["heddle.core"],
      "uwsgi.ready_fd": null,
      "x-wsgiorg.fdevent.timeout": null,
    });
    assert.equal(typeof env["heddle.core"], "number");
  });
});

test('a yield app reads a body through env["wsgi.input"], whole or as it comes', LIMIT, async () => {
  const application = async function* (env: YieldEnv, startResponse: StartResponse) {
    startResponse("200 OK", []);
    let bytes = 0;
    for await (const chunk of env["wsgi.input"] as CgiInput) {
      bytes += chunk.length;
      yield "";
    }
    yield `${env.CONTENT_LENGTH ?? "chunked"}: ${bytes}`;
  };
  await withServer({ application, limitPostBytes: 1_000_000 }, async ({ exchange }) => {
    const post = (fields: string, body: string) => `POST / HTTP/1.1\r\nHost: localhost\r\n${fields}${CLOSE}\r\n${body}`;
    assert.deepEqual(chunksOf(await exchange(post("Content-Length: 5\r\n", "hello"))), ["5: 5"]);
    assert.deepEqual(chunksOf(await exchange(post("Content-Length: 400000\r\n", "x".repeat(400_000)))), ["400000: 400000"]);
    assert.deepEqual(chunksOf(await exchange(post("Transfer-Encoding: chunked\r\n", "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"))), ["chunked: 5"]);
    assert.match(await exchange(post("Content-Length: 2000000\r\n", "")), /^HTTP\/1\.1 413 /);
  });
});

test("a plain generator reads a small body without waiting: its bytes are in before it has a core", LIMIT, async () => {
  const application = function* (env: YieldEnv, startResponse: StartResponse) {
    const chunk = (env["wsgi.input"] as CgiInput).read();
    assert.ok(chunk instanceof Uint8Array);
    startResponse("200 OK", []);
    yield chunk;
  };
  await withServer({ application }, async ({ exchange }) => {
    assert.deepEqual(chunksOf(await exchange(`POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n${CLOSE}\r\nhello`)), ["hello"]);
  });
});

test("a plain generator sleeps by sleep() and the next yield, and other cores run meanwhile", LIMIT, async () => {
  const application = function* (env: YieldEnv, startResponse: StartResponse) {
    startResponse("200 OK", TEXT);
    for (let slice = 1; slice <= 3; slice++) {
      yield `core ${env["heddle.core"]}: slice ${slice}\n`;
      sleep(200);
      yield "";
    }
  };
  await withServer({ application, async: 4 }, async ({ exchange }) => {
    const from = performance.now();
    const answers = await Promise.all(Array.from({ length: 4 }, () => exchange(get("/", CLOSE))));
    const tookMs = performance.now() - from;
    // One after the other they would take 2,400.
    assert.ok(tookMs >= 600 && tookMs < 2300, `${tookMs} ms`);
    const cores = answers.map((answer) => {
      const chunks = chunksOf(answer);
      const core = /^core (\d): slice 1\n$/.exec(chunks[0] ?? "")?.[1];
      assert.deepEqual(chunks, [1, 2, 3].map((slice) => `core ${core}: slice ${slice}\n`));
      return core;
    });
    assert.deepEqual(cores.sort(), ["0", "1", "2", "3"]);
  });
});

test("a client that goes closes the generator: its finally runs, and the core is free", LIMIT, async () => {
  const closed: string[] = [];
  const application: YieldHandler = (env, startResponse) => {
    startResponse("200 OK", TEXT);
    return env.PATH_INFO === "/async" ? endlessAsync() : endless();
  };
  function* endless() {
    try {
      for (;;) yield "x".repeat(1000);
    } finally {
      closed.push("sync");
    }
  }
  async function* endlessAsync() {
    try {
      for (;;) {
        await new Promise((resolve) => setTimeout(resolve, 1));
        yield "x".repeat(1000);
      }
    } finally {
      closed.push("async");
    }
  }
  await withServer({ application }, async ({ connect, server, heard }) => {
    for (const kind of ["sync", "async"]) {
      const client = await connect();
      client.send(get(`/${kind}`));
      await until(() => client.received > 5000);
      client.reset();
      await until(() => closed.includes(kind) && server.stats().busy === 0);
    }
    assert.deepEqual([heard.requests.map(({ aborted }) => aborted), heard.errors], [[true, true], []]);
  });
});
