import assert from "node:assert/strict";
import { test } from "node:test";
import { Gate } from "../support/gate.ts";
import { until, withServer } from "../support/served.ts";

const LIMIT = { timeout: 60_000 };
const get = (target: string, more = "") => `GET ${target} HTTP/1.1\r\nHost: localhost\r\n${more}\r\n`;
const CLOSE = "Connection: close\r\n";
const encoder = new TextEncoder();

/** A stream that gives `chunk` at each pull, for ever, and counts. */
function endless(chunk: Uint8Array): { stream: ReadableStream<Uint8Array>; seen: { pulls: number; cancelled: unknown[] } } {
  const seen = { pulls: 0, cancelled: [] as unknown[] };
  const stream = new ReadableStream<Uint8Array>({
    pull(controller) {
      seen.pulls++;
      controller.enqueue(chunk.slice());
    },
    cancel(reason) {
      seen.cancelled.push(reason);
    },
  }, { highWaterMark: 0 });
  return { stream, seen };
}

test("a client that does not read: the app's stream is pulled no further, and memory is bounded", LIMIT, async () => {
  const { stream, seen } = endless(new Uint8Array(16_384));
  await withServer({ fetch: () => new Response(stream) }, async ({ connect }) => {
    const client = await connect();
    client.pause();
    client.send(get("/"));
    await until(() => seen.pulls > 0);
    let before = -1;
    await until(() => {
      const still = before === seen.pulls;
      before = seen.pulls;
      return still;
    });
    // The kernel's buffers on both sides take some megabytes on loopback.
    assert.ok(seen.pulls < 1000, `${seen.pulls} pulls of 16 KiB`);
    client.reset();
    await until(() => seen.cancelled.length === 1);
  });
});

test("a client that goes in mid-stream: the body is cancelled, the signal aborts once", LIMIT, async () => {
  const { stream, seen } = endless(encoder.encode("x".repeat(1000)));
  let aborts = 0;
  const fetch = (request: Request) => {
    request.signal.addEventListener("abort", () => aborts++);
    return new Response(stream);
  };
  await withServer({ fetch }, async ({ connect, server, heard }) => {
    const client = await connect();
    client.send(get("/"));
    await until(() => client.received > 10_000);
    client.reset();
    await until(() => heard.requests.length === 1 && server.stats().connections === 0);
    assert.equal(seen.cancelled.length, 1);
    assert.equal(aborts, 1);
    assert.equal(heard.requests[0]!.aborted, true);
    assert.equal(server.stats().busy, 0);
  });
});

test("request.signal: not aborted by a complete answer, replayed on a late touch", LIMIT, async () => {
  const seen: Request[] = [];
  const late = new Gate();
  const fetch = async (request: Request) => {
    seen.push(request);
    if (request.url.endsWith("/late")) {
      await late.opened;
      return new Response(String(request.signal.aborted));
    }
    return new Response("x");
  };
  await withServer({ fetch }, async ({ connect, exchange, heard, server }) => {
    await exchange(get("/", CLOSE));
    assert.equal(seen[0]!.signal.aborted, false);
    const client = await connect();
    client.send(get("/late"));
    await until(() => seen.length === 2);
    client.reset();
    await until(() => server.stats().connections === 0);
    late.open();
    await until(() => heard.requests.length === 2);
    assert.equal(seen[1]!.signal.aborted, true);
  });
});

test("a client's FIN after its request: the answer still comes, and the signal aborts", LIMIT, async () => {
  let aborted = false;
  const fetch = async (request: Request) => {
    await new Promise((resolve) => request.signal.addEventListener("abort", resolve));
    aborted = true;
    return new Response("still");
  };
  await withServer({ fetch }, async ({ connect }) => {
    const client = await connect();
    client.send(get("/"));
    client.end();
    await until(() => client.ended);
    assert.match(client.text, /^HTTP\/1\.1 200 [^]*still$/);
    assert.equal(aborted, true);
    client.destroy();
  });
});

test("an event stream holds no core, and its head leaves before its first event", LIMIT, async () => {
  let send: (text: string) => void = () => {};
  const fetch = (request: Request) => {
    if (!request.url.endsWith("/events")) return new Response("free");
    const stream = new ReadableStream<Uint8Array>({
      start: (controller) => void (send = (text) => controller.enqueue(encoder.encode(text))),
    });
    return new Response(stream, { headers: { "content-type": "text/event-stream" } });
  };
  await withServer({ fetch, async: 1 }, async ({ connect, exchange, server }) => {
    const client = await connect();
    client.send(get("/events"));
    await until(() => client.text.includes("\r\n\r\n"));
    assert.equal(server.stats().offloaded, 1);
    assert.match(await exchange(get("/", CLOSE)), /free$/);
    send("data: 1\n\n");
    await until(() => client.text.includes("data: 1\n\n"));
    client.reset();
    await until(() => server.stats().offloaded === 0);
  });
});

test("ctx.detach(): the body goes on without a core", LIMIT, async () => {
  const { stream } = endless(encoder.encode("x".repeat(100)));
  const app = {
    kind: "fetch",
    fetch: (request: Request, _env: unknown, context: { detach(): void }) => {
      if (request.url.endsWith("/free")) return new Response("free");
      context.detach();
      return new Response(stream);
    },
  } as const;
  await withServer({ app, async: 1 }, async ({ connect, exchange, server }) => {
    const client = await connect();
    client.send(get("/"));
    await until(() => client.received > 1000);
    assert.match(await exchange(get("/free", CLOSE)), /free$/);
    client.reset();
    await until(() => server.stats().connections === 0);
  });
});

test("a stream that throws midway: the answer is cut short, and the error is told with its request", LIMIT, async () => {
  let pulls = 0;
  const fetch = () =>
    new Response(
      new ReadableStream<Uint8Array>({
        async pull(controller) {
          await new Promise((resolve) => setTimeout(resolve, 20));
          if (pulls++ === 2) throw new Error("the source broke");
          controller.enqueue(encoder.encode("part"));
        },
      }),
    );
  await withServer({ fetch }, async ({ connect, heard, server }) => {
    const client = await connect();
    client.send(get("/stream"));
    await until(() => client.closed || client.ended);
    assert.equal(client.text.endsWith("0\r\n\r\n"), false);
    assert.equal(heard.errors[0]?.name, "GET /stream");
    assert.match(String(heard.errors[0]?.error), /the source broke/);
    assert.equal(server.stats().busy, 0);
  });
});

test("a body of 1 MiB comes through whole, up and down, streamed back as it comes", LIMIT, async () => {
  const body = new Uint8Array(1_048_576).map((_, index) => index * 7 & 255);
  await withServer({ fetch: (request: Request) => new Response(request.body), limitPostBytes: 2_000_000 }, async ({ url }) => {
    const response = await globalThis.fetch(url, { method: "POST", body });
    assert.deepEqual(new Uint8Array(await response.arrayBuffer()), body);
  });
});

test("a body's chunks may be transferred, however many came in one packet, and no other one suffers", LIMIT, async () => {
  const fetch = async (request: Request) => {
    const texts: string[] = [];
    for await (const chunk of request.body!) {
      // As one hands it to a worker.
      texts.push(new TextDecoder().decode(structuredClone(chunk, { transfer: [chunk.buffer] })));
    }
    return new Response(texts.join(""));
  };
  await withServer({ fetch }, async ({ connect }) => {
    const pieces = ["a", "b", "c"].map((letter) => letter.repeat(5000));
    const chunked = pieces.map((piece) => `${piece.length.toString(16)}\r\n${piece}\r\n`).join("");
    const whole = pieces.join("");
    const client = await connect();
    const head = "POST / HTTP/1.1\r\nHost: a\r\n";
    client.send(
      `${head}Transfer-Encoding: chunked\r\n\r\n${chunked}0\r\n\r\n${head}Content-Length: ${whole.length}\r\n\r\n${whole}${head}Content-Length: 3\r\n\r\nend`,
    );
    await until(() => client.text.endsWith("end"));
    assert.equal(client.text.split(whole).length, 3);
    client.destroy();
  });
});
