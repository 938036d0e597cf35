import assert from "node:assert/strict";
import { test } from "node:test";
import { serve, type ServeOptions } from "../../../mod.ts";
import { createIdentity } from "../../support/certificate.ts";
import { fieldOf } from "../../support/parse_answer.ts";
import { answersOf, requestOf, withMemoryServer } from "../../support/served_memory.ts";

const AGREED = { protocol: "http/1.1", serverName: "localhost" };

const tls = createIdentity();

const secure = (options: ServeOptions): ServeOptions => ({
  fetch: (request) => new Response(request.url),
  http: [],
  https: "127.0.0.1:0",
  tls,
  ...options,
});

test("a handshake has its own time, and the first byte its own after it", async () => {
  await withMemoryServer(secure({ timeouts: { handshakeMs: 1000, firstByteMs: 5000 } }), async ({ connect, pass, settle }) => {
    const [silent, shaken] = [await connect(), await connect()];
    await pass(900);
    shaken.socket.secure(AGREED);
    await settle();
    assert.ok(!silent.ended);
    await pass(200);
    assert.ok(silent.ended);
    assert.ok(!shaken.ended);
    await pass(4700);
    assert.ok(!shaken.ended);
    await pass(200);
    assert.ok(shaken.ended);
  });
});

test("a request over TLS is one for https", async () => {
  await withMemoryServer(secure({}), async ({ server, connect, settle }) => {
    assert.match(server.url, /^https:\/\/127\.0\.0\.1:\d+\/$/);
    const peer = await connect();
    peer.socket.secure(AGREED);
    peer.send(requestOf("GET /x"));
    await settle();
    assert.equal(answersOf(peer)[0]?.body, "https://a/x");
  });
});

test("plain HTTP on a port of TLS: a 400 with a date that says so, then FIN, and what still comes is read for as long as ever", async () => {
  await withMemoryServer(secure({}), async ({ server, connect, settle, pass, heard }) => {
    const peer = await connect();
    peer.socket.speakPlain();
    await settle();
    const [answer] = answersOf(peer);
    assert.deepEqual([answer!.status, answer!.body, fieldOf(answer!, "connection"), peer.ended], [
      400,
      "this port speaks HTTPS: write https:// in the URL\n",
      "close",
      true,
    ]);
    assert.match(String(fieldOf(answer!, "date")), / GMT$/);
    assert.deepEqual(heard.refused, [400]);
    for (let second = 1; second < 10; second++) {
      peer.send("x".repeat(1000));
      await pass(1000);
      assert.deepEqual([peer.closed, server.stats().connections], [false, 1]);
    }
    await pass(1001);
    assert.equal(server.stats().connections, 0);
  });
});

test("serve() with https wants a certificate, and a certificate an address", () => {
  const fetch = () => new Response("x");
  assert.throws(() => serve({ fetch, https: ":0" }), /^ConfigError: option https: no certificate; give tls, as { cert, key }/);
  assert.throws(() => serve({ fetch, tls }), /^ConfigError: option tls: no listener speaks TLS; give https an address/);
  assert.throws(() => serve({ fetch, https: "unix:/a", tls }), /^ConfigError: option https: unix:\/a: TLS is spoken over TCP alone/);
  assert.throws(() => serve({ fetch, https: "nonsense", tls }), /^ConfigError: listen on "nonsense": not an address/);
});

test("serve() names the certificate that is wrong among several, or that no client would get", async () => {
  const [other, none] = [createIdentity("other", 30, "DNS:other.test"), createIdentity("none", 30, "")];
  const wrong: readonly (readonly [ServeOptions["tls"] & object, RegExp])[] = [
    [[], /^ConfigError: option tls: no certificate; give one at least$/],
    [[tls, { ...other, key: tls.key }], /^ConfigError: option tls, certificate 2: the key is another one than the certificate's$/],
    [[tls, other, none], /^ConfigError: option tls, certificate 3: no client would get it: it has no DNS name$/],
    [[other, tls, tls], /^ConfigError: option tls, certificate 3: no client would get it: those before it have its names, localhost$/],
  ];
  for (const [several, message] of wrong) {
    await assert.rejects(withMemoryServer(secure({ tls: several }), async () => {}), message);
    await withMemoryServer(secure({}), async ({ server }) => await assert.rejects(server.renewCertificate(several), message));
  }
  await withMemoryServer(secure({ tls: [none, other, tls] }), async ({ server }) => await server.renewCertificate([tls, other]));
});

test("renewCertificate() refuses what is none, and a server without TLS", async () => {
  await withMemoryServer(secure({}), async ({ server }) => {
    await server.renewCertificate(createIdentity("other"));
    await assert.rejects(
      server.renewCertificate({ ...tls, key: createIdentity().key }),
      /^ConfigError: option tls: the key is another one/,
    );
  });
  await withMemoryServer({ fetch: () => new Response("x") }, async ({ server }) => {
    await assert.rejects(
      server.renewCertificate(tls),
      /^ConfigError: renew a server's certificate: it speaks no TLS; give https an address/,
    );
  });
});
