/** RFC 9110 section 7.4: who asks for https must have come by TLS, and the other way round. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { ServeOptions } from "../../../mod.ts";
import { createIdentity } from "../../support/certificate.ts";
import { fieldOf } from "../../support/parse_answer.ts";
import { answersOf, requestOf, type ServedMemory, withMemoryServer } from "../../support/served_memory.ts";

const AGREED = { protocol: "http/1.1", serverName: "localhost" };

const app: ServeOptions = { fetch: async (request) => new Response(`${request.url} ${await request.text()}`) };

const LISTENERS: readonly (readonly ["http" | "https", ServeOptions])[] = [
  ["http", app],
  ["https", { ...app, http: [], https: "127.0.0.1:0", tls: createIdentity() }],
];

async function ask({ connect, settle }: ServedMemory, scheme: "http" | "https", request: string) {
  const peer = await connect();
  if (scheme === "https") peer.socket.secure(AGREED);
  peer.send(request);
  await settle();
  return peer;
}

for (const [scheme, options] of LISTENERS) {
  const other = scheme === "http" ? "https" : "http";

  test(`a target of ${other} on a connection of ${scheme}: 421, and no app runs`, async () => {
    await withMemoryServer(options, async (served) => {
      const misdirected = [
        [requestOf(`GET ${other}://a/x`), "GET"],
        [requestOf(`HEAD ${other.toUpperCase()}://a`), "HEAD"],
        [requestOf(`OPTIONS ${other}://a`), "OPTIONS"],
        [requestOf(`POST ${other}://a/x`, "body"), "POST"],
        [requestOf(`POST ${other}://a/x`, null, "Content-Length: 5", "Expect: 100-continue"), "POST"],
        [`GET ${other}://a/x HTTP/1.0\r\n\r\n`, "GET"],
      ] as const;
      for (const [request, method] of misdirected) {
        const peer = await ask(served, scheme, request);
        const [answer, ...more] = answersOf(peer, method);
        assert.deepEqual([answer!.status, fieldOf(answer!, "connection"), peer.ended, more], [421, "close", true, []], request);
      }
      assert.deepEqual(served.heard.refused, misdirected.map(() => 421));
      assert.equal(served.server.stats().requests, 0);
    });
  });

  test(`a target of ${scheme} on a connection of ${scheme} is served, in any case of its letters`, async () => {
    await withMemoryServer(options, async (served) => {
      for (const name of [scheme, scheme.toUpperCase()]) {
        const [answer] = answersOf(await ask(served, scheme, requestOf(`POST ${name}://a/x`, "body")));
        assert.deepEqual([answer!.status, answer!.body], [200, `${scheme}://a/x body`]);
      }
    });
  });
}
