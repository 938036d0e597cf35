/** A crowd of programs, whose time is measured. */
import assert from "node:assert/strict";
import process from "node:process";
import { servingCli } from "../support/cli_server.ts";
import { parseAnswer } from "../support/parse_answer.ts";
import { until } from "../support/served.ts";
import { wasmProgram } from "../support/wasm_program.ts";
import { get, LIMIT_MS, wasmTest } from "../support/wasm_ways.ts";

wasmTest(
  "1,000 programs sleep at once on one thread, or as many as there are threads, and all are done within 1.5 sleeps",
  async ({ engine, args }) => {
    // Long, so that what there is to do besides is little of it: 1,000 instances took 5 s on two processors that had seven times as much to do (Node 24).
    const [crowd, sleepMs] = engine === "wasm" ? [1000, 8_000] : [4, 4_000];
    await servingCli([wasmProgram("sleeper"), "--async", String(crowd), ...args], async (server) => {
      const clients = await Promise.all(Array.from({ length: crowd }, () => server.connect()));
      // Threads are started as they are needed, on Deno half a second each on a busy machine, and that is not what is measured.
      if (engine === "worker") await Promise.all(Array.from({ length: crowd }, () => get(server, `/?${sleepMs}`)));
      const from = performance.now();
      for (const client of clients) client.send(`GET /?${sleepMs} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`);
      await until(() => clients.every(({ ended, closed }) => ended || closed), LIMIT_MS);
      const tookMs = performance.now() - from;
      for (const { text } of clients) assert.ok(Number(/slept (\d+) ms/.exec(parseAnswer(text).body)?.[1]) >= sleepMs, text);
      assert.ok(tookMs < 1.5 * sleepMs, `${tookMs} ms`);
      if (process.env.HEDDLE_TEST_FULL === "1") console.log(`${crowd} programs that sleep ${sleepMs} ms: ${Math.round(tookMs)} ms`);
    });
  },
);
