/** HTTP/2 in clear text, of which a connection's first bytes tell: what other clients get that begin like one, and how those that do are bounded. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import http2 from "node:http2";
import type { FetchHandler, ServeOptions } from "../../mod.ts";
import { sleep } from "../../mod.ts";
import { OWN_LOOP } from "../support/loops.ts";
import type { RawClient } from "../support/raw_client.ts";
import { FRAME, frame, headOf, PREFACE } from "../support/raw_http2.ts";
import { pause, type Served, until, withServer } from "../support/served.ts";
import { testUnless } from "../support/test_unless.ts";

const NO_HTTP2 = OWN_LOOP === "bun-serve" ? "deviation: bun-serve speaks HTTP/1.1 alone" : null;
const NODE_ALONE = OWN_LOOP === "node-http" ? null : `deviation: ${OWN_LOOP} has bounds of its own there`;
const SETTINGS = frame(FRAME.settings, 0, 0, new Uint8Array());
const ENDS_HEAD_AND_STREAM = 5;
/** All of a client's side of `GET /`. */
const WHOLE = Buffer.concat([PREFACE, SETTINGS, frame(FRAME.headers, ENDS_HEAD_AND_STREAM, 1, headOf("GET", false))]);
const GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

function testApp(
  reason: string | null,
  name: string,
  run: (served: Served) => Promise<void>,
  options: ServeOptions = {},
  fetch: FetchHandler = () => new Response("hello"),
): void {
  testUnless(reason, name, () => withServer({ fetch, loop: OWN_LOOP, ...options }, run), 60_000);
}

function open({ address }: Served): http2.ClientHttp2Session {
  const session = http2.connect(`http://127.0.0.1:${address.port}`);
  session.on("error", () => {});
  return session;
}

/** @returns The body; empty where there is no answer. */
function ask(session: http2.ClientHttp2Session): Promise<string> {
  return new Promise((resolve) => {
    const stream = session.request({ ":path": "/" });
    let text = "";
    stream.on("data", (chunk: Uint8Array) => text += Buffer.from(chunk).toString("latin1"));
    stream.on("error", () => {});
    stream.on("close", () => resolve(text));
  });
}

testApp(NO_HTTP2, "h2c: curl --http2-prior-knowledge, and --http1.1 beside it", async ({ url }) => {
  for (const [flag, version] of [["--http2-prior-knowledge", "2"], ["--http1.1", "1.1"]] as const) {
    const written = await new Promise<string>((resolve) => {
      execFile("curl", ["-sS", flag, "-w", " %{http_version}", url], (_error, stdout, stderr) => resolve(stdout + stderr));
    });
    assert.equal(written, `hello ${version}`);
  }
});

testApp(NO_HTTP2, "h2c: a preface and all else in pieces, at every place and byte by byte", async ({ connect }) => {
  const places = [1, 3, 4, 14, 16, 18, 23, 24, 25, 33, 34].map((place) => [WHOLE.subarray(0, place), WHOLE.subarray(place)]);
  const bytes = Array.from(WHOLE, (_, index) => WHOLE.subarray(index, index + 1));
  await Promise.all([[WHOLE], ...places, bytes].map(async (pieces) => {
    const client = await connect();
    for (const piece of pieces) {
      client.send(piece);
      await pause(2);
    }
    await until(() => client.text.includes("hello"));
    client.destroy();
  }));
});

testApp(NODE_ALONE, "h2c: what is a part of the preface, or nearly it, is a head that is late or wrong", async ({ connect, heard }) => {
  const preface = Buffer.from(PREFACE).toString("latin1");
  const cases: readonly (readonly [sent: string, status: number])[] = [
    [preface.slice(0, 2), 408],
    [preface.slice(0, 12), 408],
    [preface.slice(0, 18), 408],
    [preface.slice(0, 23), 408],
    ["PRI * HTTP/1.1\r\nHost: a\r\n\r\n", 400],
    [preface.replace("*", "/"), 400],
    [preface.replace("SM", "SN"), 400],
    [`\r\n${preface}`, 400],
  ];
  await Promise.all(cases.map(async ([sent, status]) => {
    const client = await connect();
    client.send(sent);
    await until(() => client.ended || client.closed);
    assert.match(client.text, new RegExp(`^HTTP/1\\.1 ${status} `), sent);
    client.destroy();
  }));
  assert.deepEqual(heard.requests, []);
}, { timeouts: { headMs: 700 } });

testApp(NODE_ALONE, "h2c: one that sends its preface byte by byte has the time of a head for it, and no more", async ({ connect }) => {
  const client = await connect();
  for (let index = 0; index < PREFACE.length && !client.ended && !client.closed; index++) {
    client.send(PREFACE.subarray(index, index + 1));
    await pause(200);
  }
  await until(() => client.ended || client.closed);
  assert.match(client.text, /^HTTP\/1\.1 408 /);
  client.destroy();
}, { timeouts: { headMs: 700 } });

testApp(NODE_ALONE, "h2c: behind a request a preface is none", async ({ connect }) => {
  for (const together of [true, false]) {
    const client = await connect();
    client.send(GET);
    if (!together) await until(() => client.text.endsWith("hello"));
    client.send(PREFACE);
    await until(() => client.ended || client.closed);
    assert.doesNotMatch(client.text.slice(client.text.indexOf("HTTP/1.1") + 1), /HTTP\/1\.1 200/);
    assert.ok(!client.bytes.includes(0), "frames were sent");
    client.destroy();
  }
});

testApp(NODE_ALONE, "h2c: a client that says nothing after its preface is ended as an idle one", async ({ connect }) => {
  const clients = await Promise.all([PREFACE, Buffer.concat([PREFACE, SETTINGS])].map(async (sent) => {
    const client = await connect();
    client.send(sent);
    return client;
  }));
  await until(() => clients.every(({ ended, closed }) => ended || closed));
  for (const client of clients) client.destroy();
}, { timeouts: { keepAliveMs: 300 } });

testApp(NODE_ALONE, "h2c: --connections counts them, as long as they are there", async (served) => {
  const sessions = [open(served), open(served)];
  for (const session of sessions) assert.equal(await ask(session), "hello");
  const more = await served.connect();
  await until(() => more.ended || more.closed);
  more.destroy();
  await new Promise<void>((resolve) => sessions[0]!.close(resolve));
  let text = "";
  while (text === "") {
    const session = open(served);
    text = await ask(session);
    session.destroy();
  }
  assert.equal(text, "hello");
  sessions[1]!.destroy();
}, { connections: 2 });

testApp(
  NODE_ALONE,
  "h2c: close() ends those that are idle, and lets a stream end",
  async (served) => {
    const { server, connect } = served;
    const [silent, half] = await Promise.all([connect(), connect()]);
    silent.send(PREFACE);
    half.send(PREFACE.subarray(0, 12));
    const session = open(served);
    const answer = ask(session);
    await until(() => server.stats().busy === 1);
    const startedAt = performance.now();
    assert.equal(await server.close({ mercyMs: 50_000 }), 0);
    assert.ok(performance.now() - startedAt < 25_000, "the mercy was waited for");
    assert.equal(await answer, "late");
    await until(() => session.closed);
    for (const client of [silent, half]) client.destroy();
  },
  { timeouts: { idleGraceMs: 100, headMs: 500 } },
  async () => {
    await sleep(300);
    return new Response("late");
  },
);

testApp(NODE_ALONE, "h2c: those that leave in the middle, in any way, leave nothing behind", async ({ server, connect, url }) => {
  const leave = async (bytes: Uint8Array, way: "end" | "reset" | "destroy") => {
    const client: RawClient = await connect();
    client.send(bytes);
    await pause(2);
    client[way]();
    if (way === "end") await until(() => client.ended || client.closed);
    client.destroy();
  };
  const lengths = [1, 12, 23, 24, 30, 33, 40, WHOLE.length];
  const ways = ["end", "reset", "destroy"] as const;
  await Promise.all(lengths.flatMap((length) => ways.map((way) => leave(WHOLE.subarray(0, length), way))));
  assert.equal(await (await fetch(url)).text(), "hello");
  // It waits for every connection.
  assert.equal(await server.close({ mercyMs: 20_000 }), 0);
}, { timeouts: { headMs: 500 } });
