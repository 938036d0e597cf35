/** What hostile clients of HTTP/2 do. */
import assert from "node:assert/strict";
import http2 from "node:http2";
import type { FetchHandler, ServeOptions } from "../../mod.ts";
import { sleep } from "../../mod.ts";
import { createIdentity } from "../support/certificate.ts";
import { OWN_LOOP } from "../support/loops.ts";
import { FRAME, frame, headOf, RawHttp2 } from "../support/raw_http2.ts";
import { type Served, until, withServer } from "../support/served.ts";
import { testUnless } from "../support/test_unless.ts";

const NO_HTTP2 = OWN_LOOP === "bun-serve" ? "deviation: bun-serve speaks HTTP/1.1 alone" : null;
const NODE_ALONE = OWN_LOOP === "node-http" ? null : `deviation: ${OWN_LOOP} has bounds of its own there`;
const IDENTITY = createIdentity();

const DATA = 0;
const ENDS_HEAD = 4;
const ENDS_HEAD_AND_STREAM = 5;
const NO_ERROR = Uint8Array.of(0, 0, 0, 0);
const CANCEL = Uint8Array.of(0, 0, 0, 8);

/** A server, and whether it is asked over TLS. */
interface AskedBy extends Served {
  readonly secure: boolean;
}

/** Registers a test of a fetch app twice: over TLS, and in clear text. */
function testApp(
  reason: string | null,
  name: string,
  fetch: FetchHandler,
  run: (served: AskedBy) => Promise<void>,
  options: ServeOptions = {},
): void {
  const served = { fetch, https: "127.0.0.1:0", tls: IDENTITY, loop: OWN_LOOP, ...options };
  for (const secure of [true, false]) {
    const ways = secure ? "over TLS" : "in clear text";
    testUnless(reason, `${name} (${ways})`, () => withServer(served, (served) => run({ ...served, secure })), 60_000);
  }
}

const portOf = ({ server, secure }: AskedBy) => Number(new URL(server.urls[secure ? 1 : 0]!).port);

function connect(served: AskedBy): http2.ClientHttp2Session {
  const { secure } = served;
  const session = http2.connect(`${secure ? "https" : "http"}://localhost:${portOf(served)}`, { rejectUnauthorized: false });
  session.on("error", () => {});
  return session;
}

/** @returns Status and fields. */
function ask(
  session: http2.ClientHttp2Session,
  headers: http2.OutgoingHttpHeaders,
): Promise<http2.IncomingHttpHeaders & { readonly text: string }> {
  return new Promise((resolve) => {
    const stream = session.request(headers);
    let fields: http2.IncomingHttpHeaders = {};
    let text = "";
    stream.on("response", (given) => fields = given);
    stream.on("data", (chunk: Uint8Array) => text += Buffer.from(chunk).toString("latin1"));
    stream.on("error", () => {});
    stream.on("close", () => resolve({ ...fields, text }));
  });
}

testApp(NODE_ALONE, "HTTP/2: a stream that is reset with NO_ERROR before its answer costs itself alone", async (request) => {
  if (request.method === "GET") return new Response("here");
  const reader = request.body!.getReader();
  await reader.read();
  await sleep(100);
  return new Response("nobody");
}, async (served) => {
  const client = await RawHttp2.connect(portOf(served), served.secure);
  client.send(frame(FRAME.headers, ENDS_HEAD, 1, headOf("POST", served.secure)), frame(FRAME.resetStream, 0, 1, NO_ERROR));
  client.send(frame(FRAME.headers, ENDS_HEAD, 3, headOf("POST", served.secure)), frame(DATA, 0, 3, new Uint8Array(1000)));
  await until(() => served.server.stats().busy === 1);
  client.send(frame(DATA, 0, 3, new Uint8Array(1000)), frame(FRAME.resetStream, 0, 3, NO_ERROR));
  await until(() => served.server.stats().busy === 0);
  const session = connect(served);
  assert.equal((await ask(session, { ":path": "/" })).text, "here");
  assert.deepEqual(served.heard.errors, []);
  await until(() => served.server.stats().connections === 0);
  session.destroy();
  client.destroy();
});

testApp(
  NODE_ALONE,
  "HTTP/2: streams that are reset with their heads count as reset, though they are answered",
  () => new Response("hello"),
  async (served) => {
    const client = await RawHttp2.connect(portOf(served), served.secure);
    const frames: Uint8Array[] = [];
    for (let stream = 1; stream < 1200; stream += 2) {
      frames.push(
        frame(FRAME.headers, ENDS_HEAD_AND_STREAM, stream, headOf("GET", served.secure)),
        frame(FRAME.resetStream, 0, stream, CANCEL),
      );
    }
    client.send(...frames);
    await until(() => client.closed);
    assert.ok(served.heard.requests.length < 400, `${served.heard.requests.length} requests were begun`);
  },
);

testApp(NODE_ALONE, "HTTP/2: what is left of a body whose request is answered is not waited for", async (request) => {
  if (request.url.endsWith("/part")) await request.body!.getReader().read();
  return new Response("early");
}, async (served) => {
  const session = connect(served);
  for (const path of ["/", "/part"]) {
    const stream = session.request({ ":path": path, ":method": "POST" });
    stream.on("error", () => {});
    let closed = false;
    stream.on("close", () => closed = true);
    stream.resume();
    stream.write(new Uint8Array(1000));
    await until(() => closed);
  }
  session.destroy();
});

testApp(NODE_ALONE, "HTTP/2: a session that is idle is closed, also after a request that took longer", async () => {
  await sleep(800);
  return new Response("late");
}, async (served) => {
  const session = connect(served);
  assert.equal((await ask(session, { ":path": "/" })).text, "late");
  await until(() => session.closed);
  session.destroy();
}, { timeouts: { keepAliveMs: 300 } });

testApp(NODE_ALONE, "HTTP/2: streams that heddle itself resets end no session", () => {
  return new Response(new ReadableStream({ start: (controller) => controller.enqueue(new Uint8Array(9)) }));
}, async (served) => {
  const session = connect(served);
  for (let round = 0; round < 4; round++) await Promise.all(Array.from({ length: 70 }, () => ask(session, { ":path": "/" })));
  assert.equal(served.server.stats().harakiriCount, 280);
  assert.equal(session.destroyed, false);
  session.destroy();
}, { harakiriMs: 50 });

testApp(
  NODE_ALONE,
  "HTTP/2: a path that would change the host is refused, and so are two hosts",
  (request) => new Response(request.url),
  async (served) => {
    const session = connect(served);
    const refused = [
      { ":scheme": "x", ":authority": "good.example", ":path": "@other.example/" },
      { ":authority": "good.example", host: "other.example", ":path": "/" },
    ];
    for (const headers of refused) {
      const { ":status": status = 0, text } = await ask(session, headers);
      assert.ok(Number(status) === 400 || Number(status) === 0, `${status} ${text}`);
    }
    session.destroy();
  },
);

testApp(NO_HTTP2, "HTTP/2: an app's fields leave, whatever their names, but for those of a connection", () => {
  return new Response("text", { headers: { constructor: "a", te: "gzip", "http2-settings": "b", upgrade: "h2c", connection: "x-a" } });
}, async (served) => {
  const session = connect(served);
  const answer = await ask(session, { ":path": "/" });
  assert.deepEqual([answer.text, answer["constructor"], answer["upgrade"]], ["text", "a", undefined]);
  session.destroy();
});

testApp(
  NODE_ALONE,
  "HTTP/2: a client that does not take its refusal is ended",
  async (request) => new Response(await request.text()),
  async (served) => {
    const client = await RawHttp2.connect(portOf(served), served.secure);
    // SETTINGS_INITIAL_WINDOW_SIZE: 0.
    client.send(frame(FRAME.settings, 0, 0, Uint8Array.of(0, 4, 0, 0, 0, 0)));
    client.send(frame(FRAME.headers, ENDS_HEAD, 1, headOf("POST", served.secure)), frame(DATA, 0, 1, new Uint8Array(9)));
    await until(() => served.heard.refused.length === 1);
    await until(() => client.closed);
    assert.deepEqual([served.heard.refused, served.server.stats().connections], [[408], 0]);
  },
  { timeouts: { bodyIdleMs: 200, writeStallMs: 300, keepAliveMs: 400 } },
);

testApp(NODE_ALONE, "HTTP/2: --keep-alive-requests ends a connection behind so many, and answers those", async () => {
  await sleep(20);
  return new Response("here");
}, async (served) => {
  for (const atOnce of [false, true]) {
    const session = connect(served);
    const closed = new Promise<void>((resolve) => session.on("close", resolve));
    const texts: string[] = [];
    if (atOnce) texts.push(...(await Promise.all(Array.from({ length: 5 }, () => ask(session, { ":path": "/" })))).map(({ text }) => text));
    else for (let count = 0; count < 3; count++) texts.push((await ask(session, { ":path": "/" })).text);
    await closed;
    // What came in one read with the last of them is answered, too.
    assert.deepEqual(texts.slice(0, 3), ["here", "here", "here"]);
  }
}, { keepAliveRequests: 3 });

testApp(NODE_ALONE, "HTTP/2: as many fields as limits.fields allows come, and one more is answered with 431", (request) => {
  return new Response(String([...request.headers].filter(([name]) => name.startsWith("x-")).length));
}, async (served) => {
  const session = connect(served);
  const fields = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, index) => [`x-${index}`, "v"]));
  assert.equal((await ask(session, { ":path": "/", ...fields(499) })).text, "499");
  assert.equal((await ask(session, { ":path": "/", ...fields(501) }))[":status"], 431);
  session.destroy();
}, { limits: { fields: 500 } });
