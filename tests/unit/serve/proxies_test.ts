import assert from "node:assert/strict";
import { test } from "node:test";
import { serve, type ServeOptions } from "../../../mod.ts";
import { answersOf, requestOf, withMemoryServer } from "../../support/served_memory.ts";

/** What the memory engine's clients come from. */
const PEER = "127.0.0.1";

/** Tells what an app sees of its client. */
const seen: ServeOptions = {
  fetch(request, _env, { remote }) {
    return new Response(`${remote.transport === "tcp" ? remote.hostname : "unix"} ${request.url}`);
  },
};

const FORWARDED = ["X-Forwarded-For: 6.6.6.6, 192.0.2.1", "X-Forwarded-Proto: https", "X-Forwarded-Host: shop.example"];

async function bodyOf(options: ServeOptions, bytes: string): Promise<string> {
  let body = "";
  await withMemoryServer({ ...seen, ...options }, async ({ sent }) => {
    body = String(answersOf(await sent(bytes))[0]?.body);
  });
  return body;
}

test("trustProxy: a proxy's word of its client's address and scheme is what the app sees", async () => {
  assert.equal(await bodyOf({ trustProxy: [PEER] }, requestOf("GET /x", null, ...FORWARDED)), "192.0.2.1 https://a/x");
  assert.equal(await bodyOf({ trustProxy: ["127.0.0.0/8", "192.0.2.1"] }, requestOf("GET /x", null, ...FORWARDED)), "6.6.6.6 https://a/x");
});

test("trustProxy: nothing is believed of a stranger, and nothing by default", async () => {
  for (const options of [{}, { trustProxy: ["10.0.0.0/8", "::/0", "unix"] }]) {
    assert.equal(
      await bodyOf(options, requestOf("GET /x", null, ...FORWARDED, "Forwarded: for=6.6.6.6;proto=https")),
      `${PEER} http://a/x`,
    );
  }
});

test("trustProxy: a target's scheme may be the one that a proxy's client came by", async () => {
  const absolute = (scheme: string) => requestOf(`GET ${scheme}://a/x`, null, ...FORWARDED);
  assert.equal(await bodyOf({ trustProxy: [PEER] }, absolute("https")), "192.0.2.1 https://a/x");
  // The proxy's own, on its connection to us: its client's is what the app sees.
  assert.equal(await bodyOf({ trustProxy: [PEER] }, absolute("http")), "192.0.2.1 https://a/x");
  assert.match(await bodyOf({ trustProxy: ["10.0.0.0/8"] }, absolute("https")), /another scheme/);
  const forwarded = requestOf("GET https://a/x", null, "Forwarded: for=192.0.2.1;proto=https");
  assert.equal(await bodyOf({ trustProxy: [PEER], trustProxyFields: ["forwarded"] }, forwarded), "192.0.2.1 https://a/x");
});

test("trustProxyFields: another field is read where the proxies write it", async () => {
  const fields = ["x-forwarded-for", "x-forwarded-host"];
  assert.equal(
    await bodyOf({ trustProxy: [PEER], trustProxyFields: fields }, requestOf("GET /x", null, ...FORWARDED)),
    "192.0.2.1 http://shop.example/x",
  );
  const forwarded = requestOf("GET /x", null, ...FORWARDED, 'Forwarded: for="[2001:db8::1]";proto=https;host=b.example');
  assert.equal(await bodyOf({ trustProxy: [PEER], trustProxyFields: ["forwarded"] }, forwarded), "2001:db8::1 https://b.example/x");
});

test("trustProxy: the address is in the log too, and in a yield app's environ", async () => {
  const remotes: string[] = [];
  const observer = {
    request: ({ remote }: { remote: { transport: string; hostname?: string } }) => void remotes.push(remote.hostname ?? ""),
  };
  const options = { trustProxy: [PEER], observer };
  await bodyOf(options, requestOf("GET /", null, ...FORWARDED));
  assert.deepEqual(remotes, ["192.0.2.1"]);
  const application = function* (env: Record<string, unknown>, startResponse: (status: string, fields: []) => void) {
    startResponse("200 OK", []);
    yield `${env.REMOTE_ADDR} ${env["wsgi.url_scheme"]} ${env.HTTPS}`;
  };
  await withMemoryServer({ application, trustProxy: [PEER] }, async ({ sent }) => {
    assert.equal(answersOf(await sent(requestOf("GET /", null, ...FORWARDED)))[0]!.body, "192.0.2.1 https on");
  });
});

test("proxyProtocol: the client's address is the header's, whatever way it is cut", async () => {
  const bytes = "PROXY TCP4 192.0.2.1 10.0.0.1 4711 443\r\n" + requestOf("GET /x") + requestOf("GET /y");
  for (let cut = 0; cut < bytes.length; cut += 7) {
    await withMemoryServer({ ...seen, proxyProtocol: [PEER] }, async ({ connect, settle }) => {
      const peer = await connect();
      peer.send(bytes.slice(0, cut));
      await settle();
      peer.send(bytes.slice(cut));
      await settle();
      assert.deepEqual(answersOf(peer).map(({ body }) => body), ["192.0.2.1 http://a/x", "192.0.2.1 http://a/y"], `cut at ${cut}`);
    });
  }
});

test("proxyProtocol: HTTP/1.0 without a host gets the address that the client came to", async () => {
  assert.equal(
    await bodyOf({ proxyProtocol: [PEER] }, "PROXY TCP4 192.0.2.1 10.0.0.1 4711 443\r\nGET / HTTP/1.0\r\n\r\n"),
    "192.0.2.1 http://10.0.0.1:443/",
  );
});

test("proxyProtocol: a proxy that speaks for itself, as in a health check, keeps its address", async () => {
  assert.equal(await bodyOf({ proxyProtocol: [PEER] }, "PROXY UNKNOWN\r\n" + requestOf("GET /")), `${PEER} http://a/`);
});

test("proxyProtocol: a connection without a valid header is closed at once, with no answer", async () => {
  for (const bytes of [requestOf("GET /"), "PROXY TCP4 x\r\n", "\x16\x03\x01", "PROXY UNKNOWN " + "x".repeat(200)]) {
    await withMemoryServer({ ...seen, proxyProtocol: [PEER] }, async ({ sent, heard, server }) => {
      const peer = await sent(bytes);
      assert.deepEqual([peer.received, peer.closed, heard.refused, server.stats().connections, server.stats().requests], [
        0,
        true,
        [400],
        0,
        0,
      ]);
    });
  }
});

test("proxyProtocol: a header that does not come is waited for as long as a first byte is", async () => {
  await withMemoryServer({ ...seen, proxyProtocol: [PEER] }, async ({ sent, pass, server }) => {
    const peer = await sent("PROXY TCP4 192.0");
    await pass(29_999);
    assert.equal(server.stats().connections, 1);
    await pass(2);
    assert.equal(peer.ended, true);
    assert.equal(peer.received, 0);
  });
});

test("proxyProtocol: who is not named speaks HTTP", async () => {
  await withMemoryServer({ ...seen, proxyProtocol: ["10.0.0.1"] }, async ({ sent }) => {
    assert.equal(answersOf(await sent(requestOf("GET /")))[0]!.body, `${PEER} http://a/`);
    assert.equal(answersOf(await sent("PROXY TCP4 192.0.2.1 10.0.0.1 4711 443\r\n"))[0]!.status, 400);
  });
});

test("proxyProtocol and trustProxy: the address of the header is the one that must be trusted", async () => {
  const header = (address: string) => `PROXY TCP4 ${address} 10.0.0.1 4711 443\r\n`;
  const options = { proxyProtocol: [PEER], trustProxy: ["10.0.0.9"] };
  const request = requestOf("GET /x", null, ...FORWARDED);
  assert.equal(await bodyOf(options, header("10.0.0.9") + request), "192.0.2.1 https://a/x");
  assert.equal(await bodyOf(options, header("6.6.6.6") + request), "6.6.6.6 http://a/x");
});

test("serve() refuses networks and fields that are none", async () => {
  for (const options of [{ trustProxy: ["localhost"] }, { proxyProtocol: ["10.0.0.0/40"] }, { trustProxyFields: ["x-real-ip"] }]) {
    await assert.rejects(serve({ ...seen, port: 0, ...options }).ready, {
      name: "ConfigError",
      message: new RegExp(`option ${Object.keys(options)[0]}: `),
    });
  }
});
