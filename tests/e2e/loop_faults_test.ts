/** What hostile or clumsy clients do, and what apps may: the same on heddle's own sockets and on the runtime's HTTP server. */
import assert from "node:assert/strict";
import type { FetchHandler, YieldHandler } from "../../mod.ts";
import { serve, sleep } from "../../mod.ts";
import { testOnBoth } from "../support/loops.ts";
import { fieldOf, parseAnswer } from "../support/parse_answer.ts";
import { RawClient } from "../support/raw_client.ts";
import { pause, until, withServer } from "../support/served.ts";

const CLOSE = "Connection: close\r\n";
const get = (target: string, fields = "") => `GET ${target} HTTP/1.1\r\nHost: a\r\n${fields}\r\n`;

testOnBoth("an absolute target names the host", async (by) => {
  const fetch: FetchHandler = (request) => new Response(`${request.url} ${request.headers.get("host")}`);
  await withServer({ fetch, ...by }, async ({ exchange }) => {
    const answer = parseAnswer(await exchange(get("http://other.example/x?y", CLOSE)));
    assert.equal(answer.body, "http://other.example/x?y other.example");
    assert.match(await exchange(get("https://other.example/", CLOSE)), /^HTTP\/1\.1 421 /);
  });
});

testOnBoth("what is no target, two hosts and TRACE are refused", async (by) => {
  await withServer({ fetch: () => new Response("ok"), ...by }, async ({ exchange }) => {
    for (const request of [get("@other.example/", CLOSE), get("*", CLOSE), get("/", `Host: b\r\n${CLOSE}`)]) {
      assert.match(await exchange(request), /^HTTP\/1\.1 400 /, request);
    }
    assert.match(await exchange(get("/", CLOSE).replace("GET", "TRACE")), /^HTTP\/1\.1 501 /);
  });
});

testOnBoth("a body that was read in part is not in the way of what comes next", async (by) => {
  const fetch: FetchHandler = async (request) => {
    if (request.body === null) return new Response("next");
    const reader = request.body.getReader();
    await reader.read();
    return new Response("read");
  };
  await withServer({ fetch, limitPostBytes: 4_000_000, ...by }, async ({ connect }) => {
    const client = await connect();
    client.send(`POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3000000\r\n\r\n${"x".repeat(3_000_000)}`);
    await until(() => client.text.endsWith("read"));
    client.send(get("/"));
    // Answered, or told that the connection is over.
    await until(() => client.text.endsWith("next") || client.ended || client.closed);
    client.destroy();
  });
});

testOnBoth("100 Continue is not sent behind an answer's head", async (by) => {
  const fetch: FetchHandler = (request) => {
    let step = 0;
    const pull = async (controller: ReadableStreamDefaultController<Uint8Array>) => {
      if (step++ === 0) controller.enqueue(new TextEncoder().encode("first "));
      else {
        await pause(50);
        controller.enqueue(new TextEncoder().encode(await request.text().catch(() => "")));
        controller.close();
      }
    };
    return new Response(new ReadableStream({ pull }, { highWaterMark: 0 }));
  };
  await withServer({ fetch, ...by }, async ({ connect }) => {
    const client = await connect();
    client.send("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n");
    await until(() => client.text.includes("first "));
    await pause(200);
    client.send("abcde");
    await until(() => client.ended || client.closed || client.text.endsWith("0\r\n\r\n"));
    assert.doesNotMatch(client.text.slice(client.text.indexOf("HTTP/1.1 200")), /100 Continue/);
    client.destroy();
  });
});

testOnBoth("a body that the app has cancelled is not waited for", async (by) => {
  const fetch: FetchHandler = async (request) => {
    const reader = request.body!.getReader();
    await reader.read();
    const read = reader.read().catch(() => {});
    await reader.cancel();
    await read;
    await sleep(1500);
    return new Response("done");
  };
  await withServer({ fetch, timeouts: { bodyIdleMs: 300 }, ...by }, async ({ connect, heard }) => {
    const client = await connect();
    client.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n");
    await until(() => client.text.endsWith("done") || client.ended || client.closed);
    assert.deepEqual(heard.refused, []);
    client.destroy();
  });
});

const application: YieldHandler = function* (_env, startResponse) {
  startResponse("426 Upgrade Required", [["connection", "x-a"], ["x-a", "1"], ["upgrade", "h2c"], ["transfer-encoding", "gzip"], [
    "keep-alive",
    "9",
  ]]);
  yield "ab";
  yield "cd";
};

testOnBoth("what an app says of its connection leaves with its names in `connection`, or not at all", async (by) => {
  await withServer({ application, ...by }, async ({ connect }) => {
    const client = await connect();
    for (const fields of ["", CLOSE]) {
      client.forget();
      client.send(get("/", fields));
      await until(() => /cd(?:\r\n0\r\n\r\n)?$/.test(client.text));
      const answer = parseAnswer(client.text);
      const options = (fieldOf(answer, "connection") ?? "").split(/, ?/).map((option) => option.toLowerCase());
      assert.ok(["x-a", "upgrade"].every((option) => options.includes(option)), options.join());
      assert.deepEqual([answer.body, fieldOf(answer, "upgrade")], ["abcd", "h2c"]);
      assert.doesNotMatch(client.text, /gzip/);
      assert.notEqual(fieldOf(answer, "keep-alive"), "9");
    }
    client.destroy();
  });
});

testOnBoth("close() is not held up by connections that carry no request", async (by) => {
  let finish = () => {};
  const fetch: FetchHandler = (request) => {
    if (!request.url.endsWith("/stream")) return new Response("hello");
    const start = (controller: ReadableStreamDefaultController<Uint8Array>) => {
      controller.enqueue(new Uint8Array(3));
      finish = () => controller.close();
    };
    return new Response(new ReadableStream({ start }));
  };
  const timeouts = { idleGraceMs: 100, headMs: 500 };
  await withServer({ fetch, timeouts, ...by }, async ({ server, connect }) => {
    const [silent, partial, idle, stream] = await Promise.all([connect(), connect(), connect(), connect()]);
    partial.send("GET / HTTP/1.1\r\nHos");
    idle.send(get("/"));
    stream.send(get("/stream"));
    await until(() => idle.text.endsWith("hello") && stream.text.includes("\r\n\r\n"));
    const startedAt = performance.now();
    const closed = server.close({ mercyMs: 50_000 });
    // Its head has left, and says nothing of the connection's end.
    await pause(50);
    finish();
    assert.equal(await closed, 0);
    assert.ok(performance.now() - startedAt < 25_000, "the mercy was waited for");
    for (const client of [silent, partial, idle, stream]) client.destroy();
  });
});

testOnBoth("close() without mercy ends connections in their TLS handshake, too", async (by) => {
  const { createIdentity } = await import("../support/certificate.ts");
  const server = serve({
    fetch: () => new Response(),
    https: "127.0.0.1:0",
    tls: createIdentity(),
    timeouts: { handshakeMs: 50_000 },
    ...by,
  });
  await server.ready;
  const client = await RawClient.connect({ transport: "tcp", hostname: "127.0.0.1", port: Number(new URL(server.url).port) });
  await pause(50);
  const startedAt = performance.now();
  await server.close({ mercyMs: 0 });
  assert.ok(performance.now() - startedAt < 25_000, "the handshake was waited for");
  client.destroy();
});

testOnBoth("--write-timeout: a client that takes nothing of a stream is given up, and its core is given back", async (by) => {
  const pull = (controller: ReadableStreamDefaultController<Uint8Array>) => controller.enqueue(new Uint8Array(65_536));
  const fetch: FetchHandler = () => new Response(new ReadableStream({ pull }, { highWaterMark: 0 }));
  await withServer({ fetch, timeouts: { writeStallMs: 300 }, ...by }, async ({ connect, server, heard }) => {
    const client = await connect();
    client.pause();
    client.send(get("/"));
    await until(() => heard.requests.length === 1, 20_000);
    await until(() => server.stats().busy === 0 && server.stats().connections === 0);
    client.destroy();
  });
});

testOnBoth("HTTP/1.0 without a host: the path is the client's, whatever is in it", async (by) => {
  const fetch: FetchHandler = (request) => new Response(new URL(request.url).pathname);
  await withServer({ fetch, ...by }, async ({ exchange }) => {
    for (const target of ["/x/y", "/x/y?u=http://q/r", "/x"]) {
      const answer = await exchange(`GET ${target} HTTP/1.0\r\n\r\n`);
      assert.equal(answer.split("\r\n\r\n")[1], target.split("?")[0]);
    }
  });
});

testOnBoth("a small body that breaks off before its request has a core leaves nothing behind", async (by) => {
  await withServer({ fetch: () => new Response("ok"), ...by }, async ({ connect, server }) => {
    for (const goes of ["end", "reset"] as const) {
      const client = await connect();
      client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 50\r\n\r\nabcde");
      await until(() => server.stats().connections === 1);
      await pause(50);
      client[goes]();
      await until(() => client.ended || client.closed || server.stats().connections === 0);
      client.destroy();
      await until(() => server.stats().connections === 0);
    }
  });
});
