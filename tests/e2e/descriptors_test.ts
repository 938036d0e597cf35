/** A server that may have 64 files open, and a hundred clients that want to be its own. */
import assert from "node:assert/strict";
import process from "node:process";
import type { CliProcess } from "../support/cli_process.ts";
import { appFile, servingCli } from "../support/cli_server.ts";
import { openFiles, processorSeconds } from "../support/process_facts.ts";
import type { RawClient } from "../support/raw_client.ts";
import { testUnless } from "../support/test_unless.ts";

const OPEN_FILES = 64;
const CLIENTS = 100;
/** Who stays has room: Deno has 24 descriptors of its own. */
const LEAVE = 70;
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

/** How long it takes until a new client is served, in milliseconds; one that is dropped comes again. At least `mostMs` if none was. */
async function untilServed(connect: () => Promise<RawClient>, mostMs: number): Promise<number> {
  const from = performance.now();
  const elapsed = () => performance.now() - from;
  while (elapsed() < mostMs) {
    const client = await connect().catch(() => null);
    client?.send(REQUEST);
    while (client !== null && !client.closed && !client.ended && elapsed() < mostMs) {
      if (client.text.startsWith("HTTP/1.1 200 ")) return elapsed();
      await pause(5);
    }
    client?.destroy();
  }
  return elapsed();
}

/** Notes when it warns while `run` runs: by what it says without its numbers, the times of the lines in milliseconds. */
async function warningTimes(cli: CliProcess, run: () => Promise<void>): Promise<ReadonlyMap<string, readonly number[]>> {
  const times = new Map<string, number[]>();
  const from = performance.now();
  let seen = cli.stderr.length;
  const look = () => {
    const end = cli.stderr.lastIndexOf("\n") + 1;
    for (const line of cli.stderr.slice(seen, end).split("\n").filter((line) => line.includes("WARNING"))) {
      const kind = line.replace(/\d+/g, "N");
      times.set(kind, [...times.get(kind) ?? [], performance.now() - from]);
    }
    seen = end;
  };
  const timer = setInterval(look, 10);
  await run().finally(() => clearInterval(timer));
  look();
  return times;
}

for (
  const [what, target, options] of [["idle clients", "/", []], ["clients with a request each, and no cap", "/hang", [
    "--connections",
    "1000",
  ]]] as const
) {
  testUnless(
    noProc,
    `heddle serve with ${OPEN_FILES} descriptors and ${CLIENTS} ${what}: lives, rests, and serves once ${LEAVE} have gone`,
    () =>
      servingCli([APP, ...options], async ({ cli, connect }) => {
        const warnings = await warningTimes(cli, async () => {
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
          for (const client of clients.slice(0, LEAVE)) client.reset();
          const served = await untilServed(connect, 2000);
          assert.ok(served < 1000, `served after ${served} ms`);
        });
        // At most one a second: the first one at once, and a line that is seen late only makes it later.
        for (const [kind, times] of warnings) {
          times.forEach((time, at) => assert.ok(time > at * 1000 - 50, `${kind} at ${times.map(Math.round)} ms`));
        }
      }, OPEN_FILES),
    60_000,
  );
}
