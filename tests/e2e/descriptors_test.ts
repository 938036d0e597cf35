/** A server that may have 64 files open, and a hundred clients that want to be its own. */
import assert from "node:assert/strict";
import process from "node:process";
import { appFile, servingCli } from "../support/cli_server.ts";
import { openFiles, processorSeconds } from "../support/process_facts.ts";
import type { RawClient } from "../support/raw_client.ts";
import { testUnless } from "../support/test_unless.ts";

const OPEN_FILES = 64;
const CLIENTS = 100;
const REQUEST = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

const APP = appFile(
  `export default {
    async fetch(request) {
      if (request.url.endsWith("/hang")) await new Promise((resolve) => setTimeout(resolve, 3000));
      return new Response("hello");
    },
  };`,
);

const noProc = process.platform === "linux" ? null : "reads /proc";

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Whether a request on a new connection is answered within a second. */
async function isServed(connect: () => Promise<RawClient>): Promise<boolean> {
  const client = await connect();
  client.send(REQUEST);
  for (let waited = 0; waited < 1000 && !client.text.startsWith("HTTP/1.1 200 "); waited += 10) await pause(10);
  client.destroy();
  return client.text.startsWith("HTTP/1.1 200 ");
}

for (
  const [what, target, options] of [["idle clients", "/", []], ["clients with a request each, and no cap", "/hang", [
    "--connections",
    "1000",
  ]]] as const
) {
  testUnless(
    noProc,
    `heddle serve with ${OPEN_FILES} descriptors and ${CLIENTS} ${what}: lives, rests, and serves once they have gone`,
    () =>
      servingCli([APP, ...options], async ({ cli, connect }) => {
        const clients: RawClient[] = [];
        for (let count = 0; count < CLIENTS; count++) {
          // One that is dropped at once may hear of it while it connects.
          const client = await connect().catch(() => null);
          client?.send(REQUEST.replace("/", target));
          if (client !== null) clients.push(client);
        }
        await pause(500);
        const before = processorSeconds(cli.pid);
        await pause(2000);
        const used = (processorSeconds(cli.pid) - before) / 2;
        assert.ok(used < 0.05, `${used * 100} % of a processor, with ${openFiles(cli.pid)} descriptors open`);
        for (const client of clients) client.reset();
        await pause(1000);
        assert.equal(await isServed(connect), true);
        const lines = cli.stderr.split("\n").filter((line) => line.includes("WARNING"));
        assert.ok(lines.length <= 5, cli.stderr);
      }, OPEN_FILES),
    60_000,
  );
}
