/** nginx and HAProxy in front: keep-alive to the server, and both ways in which they tell of their clients. */
import assert from "node:assert/strict";
import { type Front, haproxyConfig, hasFront, nginxConfig, withFront } from "../support/front.ts";
import { appFile, servingCli } from "../support/cli_server.ts";
import { RawClient } from "../support/raw_client.ts";
import { until } from "../support/served.ts";
import { testUnless } from "../support/test_unless.ts";

const APP = `export default { async fetch(request, env, { remote }) {
  const body = await request.text();
  return new Response(\`\${remote.hostname} \${request.url} \${body.length}\\n\`);
} };`;

const TIMEOUT_MS = 30_000;

/** Requests on one connection of a client's, enough that the proxy uses its own ones again. */
const REQUESTS = 50;

/** Sends requests one behind the other on one connection. @returns The bodies' last lines. */
async function ask(port: number, count: number): Promise<string[]> {
  const client = await RawClient.connect({ transport: "tcp", hostname: "127.0.0.1", port });
  const lines: string[] = [];
  try {
    for (let n = 0; n < count; n++) {
      client.forget();
      const body = "x".repeat(n * 100);
      client.send(`POST /${n} HTTP/1.1\r\nHost: shop.example\r\nX-Forwarded-For: 6.6.6.6\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
      await until(() => /\n(?:\r\n0\r\n\r\n)?$/.test(client.text) && client.text.includes(" http"));
      lines.push(/^.* https?:\/\/.*$/m.exec(client.text)?.[0] ?? client.text);
    }
  } finally {
    client.destroy();
  }
  return lines;
}

async function serving(args: readonly string[], run: (port: number) => Promise<void>): Promise<void> {
  await servingCli([appFile(APP), "--log-format", "none", ...args], async ({ cli }) => {
    await run(Number(new URL(await cli.listening()).port));
    assert.equal(cli.stderr.split("\n").filter((line) => /WARNING|error|refused/i.test(line)).join("\n"), "");
  });
}

function expected(client: string, scheme: string): string[] {
  return Array.from({ length: REQUESTS }, (_, n) => `${client} ${scheme}://shop.example/${n} ${n * 100}`);
}

function missing(front: Front): string | null {
  return hasFront(front) ? null : `${front} is not installed`;
}

testUnless(missing("nginx"), "nginx in front: its client's address and scheme, and no word of its client's own", async () => {
  await serving(["--trust-proxy", "127.0.0.1"], async (upstream) => {
    await withFront("nginx", (port, folder) => nginxConfig(port, folder, upstream), async (port) => {
      // The client is at 127.0.0.1 too, which is trusted: so one more to the left is looked at.
      assert.deepEqual(await ask(port, REQUESTS), expected("6.6.6.6", "https"));
    });
  });
  await serving(["--trust-proxy", "10.0.0.0/8"], async (upstream) => {
    await withFront("nginx", (port, folder) => nginxConfig(port, folder, upstream), async (port) => {
      assert.deepEqual(await ask(port, REQUESTS), expected("127.0.0.1", "http"));
    });
  });
}, TIMEOUT_MS);

for (
  const [version, server] of [["1", "send-proxy"], ["2", "send-proxy-v2"], [
    "2, with more in its header",
    "send-proxy-v2 proxy-v2-options unique-id,crc32c",
  ]] as const
) {
  testUnless(
    missing("haproxy"),
    `HAProxy in front, by the PROXY protocol ${version}: its client's address, and no field is read`,
    async () => {
      await serving(["--proxy-protocol", "127.0.0.1"], async (upstream) => {
        await withFront("haproxy", (port) => haproxyConfig(port, upstream, server), async (port) => {
          assert.deepEqual(await ask(port, REQUESTS), expected("127.0.0.1", "http"));
        });
      });
    },
    TIMEOUT_MS,
  );
}

testUnless(missing("haproxy"), "HAProxy's health checks by the PROXY protocol, which hang up at once, are nothing to tell of", async () => {
  await serving(["--proxy-protocol", "127.0.0.1"], async (upstream) => {
    await withFront("haproxy", (port) => haproxyConfig(port, upstream, "send-proxy-v2 check inter 50ms"), async (port) => {
      assert.deepEqual(await ask(port, REQUESTS), expected("127.0.0.1", "http"));
    });
  });
}, TIMEOUT_MS);
