/** The clients of a soak: the honest, whose answers must come, and all the others. Each is one client's life. */
import type { RawClient } from "../tests/support/raw_client.ts";
import { parseAnswer } from "../tests/support/parse_answer.ts";
import { pause } from "../tests/support/served.ts";
import type { Random } from "../tests/support/random.ts";
import { STREAM_BYTES, TIMEOUT_MS } from "./promises.ts";

/** What a client has. */
export interface Scene {
  readonly random: Random;
  connect(): Promise<RawClient>;
  /** The same server, over TLS. */
  connectTls(): Promise<RawClient>;
  /** To a server of 2 cores and 2 places in its queue, which turns others away. */
  connectCrowded(): Promise<RawClient>;
}

/** @throws {Error} What it was promised did not come. */
export type Actor = (scene: Scene) => Promise<void>;

/** An honest client waits no longer: everything it asks for takes milliseconds on a server that is not held up. */
const PATIENCE_MS = 20_000;

async function untilTrue(isSo: () => boolean, what: string, client: RawClient): Promise<void> {
  const end = performance.now() + PATIENCE_MS;
  while (!isSo()) {
    if (performance.now() > end || client.closed) {
      throw new Error(
        `${what} did not come: ${client.received} bytes, ended ${client.ended}, closed ${client.closed} ${client.errorCode}: ` +
          client.text.slice(0, 300),
      );
    }
    await pause(2);
  }
}

function get(path: string, ...fields: string[]): string {
  return [`GET ${path} HTTP/1.1`, "Host: a", ...fields, "", ""].join("\r\n");
}

function post(path: string, body: string): string {
  return `POST ${path} HTTP/1.1\r\nHost: a\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
}

/**
 * Asks one thing after another on one connection, and holds each answer against what it must be. Where it was so slow itself that the server may
 * have taken it for idle, it asks again on another one, as clients have to (RFC 9112 section 9.5).
 */
const honest: Actor = async ({ connect, random }) => {
  let client = await connect();
  const body = "b".repeat(random.below(20_000));
  const asked: [request: string, body: string][] = [
    [get("/hello"), "Hello, World!"],
    [post("/echo", body), body],
    [get("/sleep"), "slept"],
    [get("/stream"), "x".repeat(STREAM_BYTES)],
    [post("/unread", "u".repeat(1000)), "not read"],
  ];
  let askedAt = performance.now();
  for (let n = 0; n < 5; n++) {
    const [request, expected] = random.of(asked);
    const wasSlow = n > 0 && performance.now() - askedAt >= TIMEOUT_MS;
    askedAt = performance.now();
    client.forget();
    client.send(request);
    const gone = () => wasSlow && client.ended && client.text === "";
    let answer: ReturnType<typeof parseAnswer> | null = null;
    const come = () => (answer = wholeAnswer(client.text)) !== null;
    await untilTrue(() => come() || gone(), `the answer to ${request.slice(0, 20)}`, client);
    if (answer === null) {
      client.destroy();
      client = await connect();
      client.send(request);
      await untilTrue(come, `the answer to ${request.slice(0, 20)}, asked again`, client);
    }
    const { status, body } = answer as unknown as ReturnType<typeof parseAnswer>;
    if (status !== 200 || body !== expected) throw new Error(`${request.slice(0, 20)} was answered with ${status}, ${body.length} bytes`);
  }
  client.destroy();
};

function wholeAnswer(text: string): ReturnType<typeof parseAnswer> | null {
  const head = text.indexOf("\r\n\r\n");
  const length = Number(/\r\ncontent-length: (\d+)/i.exec(text)?.[1] ?? NaN);
  if (head < 0 || (Number.isNaN(length) ? !text.endsWith("\r\n0\r\n\r\n") : text.length < head + 4 + length)) return null;
  return parseAnswer(text);
}

const pipeliner: Actor = async ({ connect }) => {
  const client = await connect();
  client.send(get("/hello").repeat(15) + get("/hello", "Connection: close"));
  await untilTrue(() => client.ended, "the end of 16 answers", client);
  const count = client.text.split("Hello, World!").length - 1;
  client.destroy();
  if (count !== 16) throw new Error(`16 pipelined requests had ${count} answers`);
};

const halfCloser: Actor = async ({ connect }) => {
  const client = await connect();
  client.send(post("/echo", "half"));
  client.end();
  await untilTrue(() => client.ended, "the answer behind a FIN", client);
  const { status, body } = parseAnswer(client.text);
  if (status !== 200 || body !== "half") throw new Error(`a half-closed request was answered with ${status} ${body}`);
};

/** Over TLS. */
function secure(act: Actor): Actor {
  return (scene) => act({ ...scene, connect: scene.connectTls });
}

/** Six that ask at once, where four can be taken in: each is served, or told that it is not. */
const crowd: Actor = async ({ connectCrowded }) => {
  await Promise.all(Array.from({ length: 6 }, async () => {
    const client = await connectCrowded();
    client.send(get("/sleep"));
    await untilTrue(() => wholeAnswer(client.text) !== null, "an answer or a 503", client);
    const { status, body, fields } = parseAnswer(client.text);
    client.destroy();
    if (status === 200 ? body === "slept" : status === 503 && fields.some(([name]) => name === "retry-after")) return;
    throw new Error(`one of a crowd was answered with ${status} ${JSON.stringify(fields)} ${body}`);
  }));
};

/** An upload that comes in small pieces, and is shorter than what is taken in before it has a core. */
const trickler: Actor = async ({ connect }) => {
  const client = await connect();
  const body = "t".repeat(1000);
  const request = post("/echo", body);
  client.send(request.slice(0, -body.length));
  for (let at = 0; at < body.length; at += 50) {
    client.send(body.slice(at, at + 50));
    await pause(20);
  }
  await untilTrue(() => wholeAnswer(client.text) !== null, "the answer to an upload that trickled in", client);
  const answer = parseAnswer(client.text);
  client.destroy();
  if (answer.status !== 200 || answer.body !== body) throw new Error(`an upload that trickled in was answered with ${answer.status}`);
};

const garbler: Actor = async ({ connect, random }) => {
  const client = await connect();
  client.send(Uint8Array.from({ length: 1 + random.below(500) }, () => random.below(256)));
  client.send("\r\n\r\n\r\n");
  await untilTrue(() => client.ended || client.closed, "the end of a connection that sent no HTTP", client);
  client.destroy();
};

/** Says something, and not the rest: it is to be told so, or closed, within the timeout. */
function silentAfter(start: string): Actor {
  return async ({ connect }) => {
    const client = await connect();
    client.send(start);
    const end = performance.now() + TIMEOUT_MS + PATIENCE_MS;
    while (!client.ended && !client.closed) {
      if (performance.now() > end) throw new Error(`a client that was silent after ${JSON.stringify(start)} was not closed`);
      await pause(20);
    }
    client.destroy();
  };
}

/** Leaves at some moment, by RST or FIN, whatever is under way. */
function leaver(request: string): Actor {
  return async ({ connect, random }) => {
    const client = await connect();
    client.send(request);
    await pause(random.below(40));
    if (random.below(2) === 0) client.reset();
    else client.destroy();
  };
}

/** Asks for much and reads nothing of it, then leaves. */
const nonReader: Actor = async ({ connect, random }) => {
  const client = await connect();
  client.pause();
  client.send(get("/large"));
  await pause(random.below(2 * TIMEOUT_MS));
  client.destroy();
};

/** By how often they come: half are of those whose answers must come. */
export const ACTORS: readonly (readonly [name: string, weight: number, act: Actor])[] = [
  ["honest", 12, honest],
  ["pipeliner", 3, pipeliner],
  ["half-closer", 3, halfCloser],
  ["honest over TLS", 3, secure(honest)],
  ["half-closer over TLS", 1, secure(halfCloser)],
  ["crowd", 2, crowd],
  ["trickler", 2, trickler],
  ["garbler", 3, garbler],
  ["garbler within TLS", 1, secure(garbler)],
  ["silent", 1, silentAfter("")],
  ["slow head", 2, silentAfter("GET /hello HTTP/1.1\r\nHost: a\r\nX-Slow: ")],
  ["slow body", 2, silentAfter("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 10000\r\n\r\nonly this")],
  ["non-reader", 1, nonReader],
  ["leaves a sleep", 3, leaver(get("/sleep"))],
  ["leaves an endless stream", 2, leaver(get("/endless"))],
  ["leaves a large stream", 2, leaver(get("/large"))],
  ["leaves a stream whose cancel throws", 1, leaver(get("/cancel"))],
  ["leaves a large stream over TLS", 1, secure(leaver(get("/large")))],
  ["leaves an upload", 2, leaver(`POST /unread HTTP/1.1\r\nHost: a\r\nContent-Length: 2000000\r\n\r\n${"x".repeat(500_000)}`)],
  ["leaves a body that is read", 2, leaver("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n")],
  ["asks for an error", 3, leaver(get("/throw") + get("/reject") + get("/break"))],
];
