import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { CliProcess } from "../support/cli_process.ts";
import { residentBytes } from "../support/process_facts.ts";
import { RawClient } from "../support/raw_client.ts";
import { pause, until } from "../support/served.ts";
import { testUnless } from "../support/test_unless.ts";

const LIMIT_MS = 45_000;
const MEGABYTE = 1_000_000;
const SIZE = 100 * MEGABYTE;
/**
 * Held bytes are meant, and not the garbage that a collector lets lie until it first has reason to run: of that V8 alone allows some 50 MB
 * in a fresh process (48 MB with a bare node:http of Node 24, 53 here). So small transfers go first, as many bytes in all as the big one
 * has, and growth is from their peak to the big one's: a server that held a whole body would still grow by 95 MB. Garbage of the app's own
 * chunks is in it all the same: up to 47 MB were seen (Deno 2.9).
 */
const GROWTH_LIMIT_KB = 64 * 1024;
const SMALL = 5 * MEGABYTE;
const NO_PROC = existsSync("/proc/self/status") ? null : "needs /proc (Linux)";
const APP = fileURLToPath(new URL(`./fixtures/bulk_app.${import.meta.url.endsWith(".ts") ? "ts" : "js"}`, import.meta.url));

/** A server in a process of its own, whose resident memory is watched. */
class Watched {
  readonly #pid: number;
  readonly #url: URL;
  readonly #watch: ReturnType<typeof setInterval>;
  #peakKb = 0;

  constructor(pid: string, url: string) {
    this.#pid = Number(pid);
    this.#url = new URL(url);
    this.#watch = setInterval(() => this.#peakKb = Math.max(this.#peakKb, this.#residentKb()), 20);
  }

  connect(): Promise<RawClient> {
    return RawClient.connect({ transport: "tcp", hostname: this.#url.hostname, port: Number(this.#url.port) });
  }

  /** Runs it. @returns The most resident memory meanwhile, in KB. */
  async peakOf(run: () => Promise<void>): Promise<number> {
    this.#peakKb = this.#residentKb();
    await run();
    return this.#peakKb;
  }

  stop(): void {
    clearInterval(this.#watch);
  }

  #residentKb(): number {
    return residentBytes(this.#pid) / 1024;
  }
}

async function watched(run: (server: Watched) => Promise<void>): Promise<void> {
  const cli = new CliProcess(["serve", APP, "--port", "0", "--limit-post", "200mb", "--log-format", "none"]);
  let server: Watched | null = null;
  try {
    const url = await cli.listening();
    server = new Watched((await cli.untilStderr(/\bpid (\d+)/))[1]!, url);
    await run(server);
  } finally {
    server?.stop();
    cli.kill("SIGKILL");
    await cli.exit;
  }
}

async function upload(server: Watched, bytes: number): Promise<void> {
  const client = await server.connect();
  client.send(`PUT / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: ${bytes}\r\n\r\n`);
  const piece = new Uint8Array(MEGABYTE).fill(0x2e);
  for (let sent = 0; sent < bytes; sent += piece.length) client.send(piece);
  await until(() => client.ended || client.closed, LIMIT_MS);
  assert.match(client.text, new RegExp(`^HTTP/1\\.1 200 [^]*\\{"bytes":${bytes}\\}$`));
  client.destroy();
}

/** A client that takes nothing at first, and then a bit now and then. */
async function slowDownload(server: Watched, bytes: number): Promise<void> {
  const client = await server.connect();
  client.pause();
  client.send(`GET /${bytes} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
  if (bytes > SMALL) await pause(500);
  while (!client.ended && !client.closed) {
    client.resume();
    await pause(10);
    client.forget();
    // What has all come is followed by a FIN, which a paused socket does not see.
    if (client.received > bytes || bytes <= SMALL) continue;
    client.pause();
    await pause(5);
  }
  assert.ok(client.received > bytes && client.received < bytes + 1000, `${client.received} bytes`);
  client.destroy();
}

/** @returns How much more memory one big transfer takes than many small ones, in KB. */
async function growthOf(server: Watched, transfer: (server: Watched, bytes: number) => Promise<void>): Promise<number> {
  const before = await server.peakOf(async () => {
    for (let bytes = 0; bytes < SIZE; bytes += SMALL) await transfer(server, SMALL);
  });
  return await server.peakOf(() => transfer(server, SIZE)) - before;
}

const transfers = [["upload", upload], ["download at a slow client", slowDownload]] as const;

for (const [what, transfer] of transfers) {
  testUnless(NO_PROC, `a 100 MB ${what}: the server's memory grows by less than 64 MB`, () =>
    watched(async (server) => {
      const growthKb = await growthOf(server, transfer);
      assert.ok(growthKb < GROWTH_LIMIT_KB, `${growthKb} KB more at the peak`);
      if (process.env.HEDDLE_TEST_FULL === "1") console.log(`100 MB ${what}: ${growthKb} KB more at the peak`);
    }), LIMIT_MS);
}
