/** Programs whose memory is looked at. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import process from "node:process";
import { type CliServer, servingCli } from "../support/cli_server.ts";
import { residentBytes } from "../support/process_facts.ts";
import { pause } from "../support/served.ts";
import { NO_COMPILER, wasmProgram } from "../support/wasm_program.ts";
import { get, wasmTest } from "../support/wasm_ways.ts";

const MEGABYTE = 1_000_000;

wasmTest(
  "an echo of 100 MB in constant memory",
  async ({ args }) => {
    await servingCli([wasmProgram("echo"), "--limit-post", "200mb", "--log-format", "none", ...args], async (server) => {
      let peak = 0;
      const watch = setInterval(() => peak = Math.max(peak, residentBytes(server.cli.pid)), 20);
      const echo = async (bytes: number) => {
        const client = await server.connect();
        client.send(`PUT / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: ${bytes}\r\n\r\n`);
        const piece = new Uint8Array(MEGABYTE).map((_, index) => index % 251);
        for (let sent = 0; sent < bytes; sent += piece.length) client.send(piece);
        // What has come is looked at as it comes: 100 MB would be this test's own memory.
        const seen = await readAll(client, bytes);
        client.destroy();
        return seen;
      };
      try {
        // As in memory_test.ts: garbage is not meant, so that as many bytes in small ones go first.
        for (let sent = 0; sent < 100; sent += 5) assert.equal(await echo(5 * MEGABYTE), 5 * MEGABYTE);
        const before = peak;
        assert.equal(await echo(100 * MEGABYTE), 100 * MEGABYTE);
        assert.ok(peak - before < 64 * MEGABYTE, `${(peak - before) / MEGABYTE} MB more at the peak`);
        if (process.env.HEDDLE_TEST_FULL === "1") console.log(`an echo of 100 MB: ${(peak - before) / MEGABYTE} MB more at the peak`);
      } finally {
        clearInterval(watch);
      }
    });
  },
  NO_COMPILER ?? (existsSync("/proc/self/status") ? null : "needs /proc (Linux)"),
);

// Deno 2.9.6 does not count such memories: two threads held 5.8 GB of 20 MB each after half a minute.
wasmTest(
  "the memories of programs that have ended are collected",
  async ({ args }) => {
    await servingCli([wasmProgram("answers"), "--async", "2", "--log-format", "none", ...args], async (server) => {
      let peak = 0;
      for (let count = 0; count < 100; count++) {
        const answers = await Promise.all([get(server, "/touched"), get(server, "/touched")]);
        assert.deepEqual(answers.map(({ body }) => body), ["touched", "touched"]);
        peak = Math.max(peak, residentBytes(server.cli.pid));
      }
      assert.ok(peak < 1200 * MEGABYTE, `${peak / MEGABYTE} MB at the peak`);
      if (process.env.HEDDLE_TEST_FULL === "1") console.log(`200 programs of 40 MB: ${peak / MEGABYTE} MB at the peak`);
    });
  },
  NO_COMPILER ?? (existsSync("/proc/self/status") ? null : "needs /proc (Linux)"),
);

/** Takes an answer with chunks as it comes. @returns How many bytes its body had, each as was sent. */
async function readAll(client: Awaited<ReturnType<CliServer["connect"]>>, bytes: number): Promise<number> {
  let text = "";
  let count = 0;
  const take = () => {
    text += client.text;
    client.forget();
    if (count === 0 && text.startsWith("HTTP/1.1 200 ")) text = text.replace(/^[^]*?\r\n\r\n/, "");
    for (;;) {
      const size = /^([0-9a-f]+)\r\n/.exec(text.slice(0, 12));
      if (size === null) return;
      const length = parseInt(size[1]!, 16);
      if (text.length < size[0].length + length + 2) return;
      const chunk = text.slice(size[0].length, size[0].length + length);
      for (let index = 0; index < chunk.length; index++) {
        if (chunk.charCodeAt(index) !== (count + index) % MEGABYTE % 251) throw new Error(`byte ${count + index} is another one`);
      }
      count += length;
      text = text.slice(size[0].length + length + 2);
    }
  };
  while (!client.ended && !client.closed && count < bytes) {
    await pause(2);
    take();
  }
  take();
  return count;
}
