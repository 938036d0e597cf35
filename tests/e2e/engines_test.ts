/** All engines at once, and what is left of them: nothing. `HEDDLE_TEST_FULL=1` makes it 100,000 requests. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import process from "node:process";
import { test } from "node:test";
import { connect, serve, type ServeOptions, type Server, signal, sleep, suspend, waitRead, type YieldEnv } from "../../mod.ts";
import { loadProgram } from "../../src/app/load_program.ts";
import { findJspi } from "../../src/suspend/wasm/jspi.ts";
import { echo, withPeer } from "../support/echo_peer.ts";
import { RawClient } from "../support/raw_client.ts";
import { runtimeName } from "../support/runtime.ts";
import { pause, until } from "../support/served.ts";
import { NO_COMPILER, wasmProgram } from "../support/wasm_program.ts";

const IS_FULL = process.env.HEDDLE_TEST_FULL === "1";
const REQUESTS = IS_FULL ? 100_000 : 2000;
const AT_ONCE = 40;
const LIMIT = { timeout: IS_FULL ? 1_800_000 : 120_000 };
const MODULE = new URL(`./fixtures/worker_app.${import.meta.url.endsWith(".ts") ? "ts" : "js"}`, import.meta.url);
const LOOPS = { deno: "deno-serve", bun: "bun-serve", node: "node-http" } as const;

/** What a process has open. */
const descriptors = () => readdirSync("/proc/self/fd").length;
const threads = () => readdirSync("/proc/self/task").length;

function* slices(env: YieldEnv, startResponse: (status: string, fields: readonly (readonly [string, string])[]) => void) {
  startResponse("200 OK", [["content-type", "text/plain"]]);
  for (let slice = 0; slice < 10; slice++) yield `${env["heddle.core"]} `;
}

/** The engines by name, on the paths that a client asks for. */
async function enginesAt(peer: string): Promise<readonly (readonly [name: string, options: ServeOptions, paths: readonly string[]])[]> {
  const fetch = async (request: Request) => {
    switch (new URL(request.url).pathname) {
      case "/sleep":
        await sleep(5);
        break;
      case "/suspend":
        for (let count = 0; count < 20; count++) await suspend();
        break;
      case "/wait": {
        const stream = await connect(peer, { timeoutMs: 20_000, signal: request.signal });
        await stream.write("hello");
        waitRead(stream, { timeoutMs: 20_000 });
        await suspend();
        stream.close();
        break;
      }
      case "/late":
        await sleep(60_000);
        break;
      case "/throw":
        throw new Error("thrown");
    }
    return new Response("Hello, World!");
  };
  const loop = LOOPS[runtimeName()];
  const paths = ["/", "/sleep", "/suspend", "/wait", "/late", "/throw"];
  const harakiri = { harakiriRoutes: [{ glob: "/late", ms: 50 }] };
  const wasm = NO_COMPILER === null ? await programs() : [];
  return [
    ["async", { fetch, ...harakiri }, paths],
    [loop, { fetch, loop, ...harakiri }, paths],
    ["generator", { application: slices }, ["/"]],
    ["worker", { module: MODULE, async: 2 }, ["/", "/sleep?2"]],
    ...wasm,
  ];
}

async function programs(): Promise<(readonly [string, ServeOptions, readonly string[]])[]> {
  const path = wasmProgram("sleeper");
  const { app } = await loadProgram(path, readFileSync(path), { memoryMb: 4, folders: [] });
  const paths = ["/?0", "/?5"];
  const inThreads = ["wasm in threads", { app, suspend: "worker", async: 2 }, paths] as const;
  return findJspi() === null ? [inThreads] : [["wasm", { app }, paths], inThreads];
}

/** Asks for one path, in one of several ways, of which two give up. */
async function ask(server: Server, path: string, number: number): Promise<void> {
  const client = await RawClient.connect({ transport: "tcp", hostname: "127.0.0.1", port: Number(new URL(server.url).port) });
  client.send(`GET ${path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`);
  if (number % 10 === 3) client.reset();
  else if (number % 10 === 7) client.end();
  await until(() => client.ended || client.closed, 60_000);
  client.destroy();
}

/** All engines' servers, requests by turns, and their end. */
async function serveAll(requests: number): Promise<void> {
  await withPeer(echo, async (peer) => {
    const engines = await enginesAt(peer.name);
    const servers = engines.map(([, options]) => serve({ port: 0, observer: {}, ...options }));
    await Promise.all(servers.map(({ ready }) => ready));
    signal.register(9, "", async () => await sleep(1));
    const turns = Array.from({ length: requests }, (_, at) => at).values();
    await Promise.all(Array.from({ length: AT_ONCE }, async () => {
      for (const number of turns) {
        if (number % 50 === 0) signal.raise(9);
        const at = number % engines.length;
        const paths = engines[at]![2];
        await ask(servers[at]!, paths[Math.floor(number / engines.length) % paths.length]!, number);
      }
    }));
    for (const [at, server] of servers.entries()) {
      await until(() => server.stats().busy === 0 && server.stats().lost === 0 && server.stats().offloaded === 0, 60_000);
      assert.ok(server.stats().cores.every(({ state }) => state === "idle"), engines[at]![0]);
    }
    await Promise.all(servers.map((server) => server.close({ mercyMs: 5000 })));
  });
}

test(`${REQUESTS} requests of all engines leave no core, socket or thread behind`, LIMIT, async () => {
  await serveAll(200);
  await pause(500);
  const before = [descriptors(), threads()] as const;
  await serveAll(REQUESTS);
  await until(() => descriptors() <= before[0] + 2 && threads() <= before[1] + 2, 30_000);
});
