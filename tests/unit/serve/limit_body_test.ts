import assert from "node:assert/strict";
import { test } from "node:test";
import type { RequestContext } from "../../../mod.ts";
import { ProtocolError } from "../../../src/errors.ts";
import { Gate } from "../../support/gate.ts";
import { answersOf, requestOf, withMemoryServer } from "../../support/served_memory.ts";

/** An app that allows so many bytes, or leaves it as it is, and answers with the length of its body. */
function allowing(bytes: number | null, errors: unknown[] = []) {
  const fetch = async (request: Request, _env: unknown, context: RequestContext) => {
    try {
      if (bytes !== null) context.limitBody(bytes);
      return new Response(String((await request.text()).length));
    } catch (error) {
      errors.push(error);
      throw error;
    }
  };
  return { fetch, limitPostBytes: 100, limitPostMaxBytes: 1000 };
}

const chunked = (...sizes: number[]) =>
  `POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n${
    sizes.map((size) => `${size.toString(16)}\r\n${"x".repeat(size)}\r\n`).join("")
  }0\r\n\r\n`;

const CASES: ReadonlyArray<readonly [what: string, allowed: number | null, request: string, status: number]> = [
  ["a length up to --limit-post", null, requestOf("POST /", "x".repeat(100)), 200],
  ["a length past it, that the app does not allow", null, requestOf("POST /", "x".repeat(101)), 413],
  ["a length past it, that the app allows", 500, requestOf("POST /", "x".repeat(500)), 200],
  ["a length past what the app allows", 500, requestOf("POST /", "x".repeat(501)), 413],
  ["a length past --limit-post-max", 1000, requestOf("POST /", "x".repeat(1001)), 413],
  ["a length past less than --limit-post, which is in already", 10, requestOf("POST /", "x".repeat(11)), 413],
  ["chunks past --limit-post, that the app does not allow", null, chunked(60, 60), 413],
  ["chunks past it, that the app allows", 500, chunked(60, 400), 200],
  ["chunks past what the app allows", 500, chunked(60, 400, 60), 413],
  ["chunks past less than --limit-post", 10, chunked(4, 4, 4), 413],
  ["no body", 0, requestOf("GET /"), 200],
];

for (const [what, allowed, request, status] of CASES) {
  test(`limitBody(${allowed ?? ""}): ${what}: ${status}`, async () => {
    const errors: unknown[] = [];
    await withMemoryServer(allowing(allowed, errors), async ({ sent, server }) => {
      const peer = await sent(request);
      const answers = answersOf(peer);
      assert.deepEqual([answers.map((answer) => answer.status), peer.ended], [[status], status === 413]);
      if (status === 413) assert.match(answers[0]!.body, /^a body of more than \d+ bytes\n$/);
      for (const error of errors) assert.ok(error instanceof ProtocolError && error.status === 413);
      assert.equal(server.stats().busy, 0);
    });
  });
}

test("limitBody(): a body that is longer than allowed and that the app does not read gets the app's answer, and is skipped as any other", async () => {
  await withMemoryServer({ ...allowing(null), fetch: () => new Response("no", { status: 403 }) }, async ({ sent }) => {
    const peer = await sent(requestOf("POST /", "x".repeat(900)) + requestOf("GET /"));
    assert.deepEqual(answersOf(peer).map(({ status, body }) => [status, body]), [[403, "no"], [403, "no"]]);
  });
});

test("limitBody(): a client that waits for 100 Continue gets a 413 in its place", async () => {
  await withMemoryServer(allowing(null), async ({ sent }) => {
    const peer = await sent("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 900\r\nExpect: 100-continue\r\n\r\n");
    assert.deepEqual(answersOf(peer).map(({ status }) => status), [413]);
  });
});

test("limitBody() after an await, or after a wait for a core, raises the limit of a chunked body too", async () => {
  const first = new Gate();
  let calls = 0;
  const fetch = async (request: Request, _env: unknown, context: RequestContext) => {
    if (calls++ === 0) await first.opened;
    await Promise.resolve();
    context.limitBody(500);
    return new Response(String((await request.text()).length));
  };
  await withMemoryServer({ fetch, async: 1, limitPostBytes: 100, limitPostMaxBytes: 1000 }, async ({ sent, settle }) => {
    await sent(requestOf("GET /busy"));
    const peer = await sent(chunked(60, 400));
    first.open();
    await settle();
    assert.equal(answersOf(peer)[0]!.body, "460");
  });
});

test("a late read of an answered body leaves the connection's deadline as it is", async () => {
  const late = new Gate();
  const fetch = (request: Request, _env: unknown, context: RequestContext) => {
    const reader = request.body!.getReader();
    context.waitUntil(late.opened.then(async () => {
      while (!(await reader.read()).done);
    }));
    return new Response("early");
  };
  await withMemoryServer({ fetch, postBufferingBytes: 200_000 }, async ({ sent, pass, settle }) => {
    const peer = await sent(requestOf("POST /", "x".repeat(100_000)));
    assert.equal(answersOf(peer)[0]!.body, "early");
    late.open();
    await settle();
    await pass(74_000);
    assert.equal(peer.ended, false);
    await pass(1064);
    assert.equal(peer.ended, true);
  });
});

test("limitBody() takes whole numbers up to --limit-post-max", async () => {
  for (const bytes of [-1, 0.5, NaN, Infinity, 1001]) {
    const errors: unknown[] = [];
    await withMemoryServer(allowing(bytes, errors), async ({ sent }) => {
      assert.equal(answersOf(await sent(requestOf("GET /")))[0]!.status, 500);
      assert.ok(errors[0] instanceof RangeError);
      if (bytes === 1001) assert.match(errors[0].message, /start heddle with a larger --limit-post-max/);
    });
  }
});

test("limitBody() and a read after the answer touch no other request of the connection", async () => {
  const late = new Gate();
  let calls = 0;
  const fetch = (request: Request, _env: unknown, context: RequestContext) => {
    if (calls++ > 0) return request.text().then((text) => new Response(text));
    void late.opened.then(() => {
      context.limitBody(0);
      return request.text();
    }).catch(() => {});
    return new Response("first");
  };
  await withMemoryServer({ fetch, limitPostBytes: 100 }, async ({ sent, settle }) => {
    const peer = await sent(requestOf("POST /", "one") + "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n");
    late.open();
    await settle();
    peer.send("last");
    await settle();
    assert.deepEqual(answersOf(peer).map(({ status, body }) => [status, body]), [[200, "first"], [100, ""], [200, "last"]]);
  });
});
