import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";
import process from "node:process";
import { Hono } from "hono";
import { BrokenError, connect, core, sleep, type Stream, suspend, waitRead, waitWrite } from "../../mod.ts";
import { type CliOptions, CliProcess } from "../support/cli_process.ts";
import { echo, withPeer } from "../support/echo_peer.ts";
import { runtimeName } from "../support/runtime.ts";
import { until, withServer } from "../support/served.ts";
import { testUnless } from "../support/test_unless.ts";
import { unixPath } from "../support/unix_path.ts";

const LIMIT = { timeout: 60_000 };
const get = (target: string) => `GET ${target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`;
const text = (bytes: Uint8Array | null) => bytes === null ? "" : new TextDecoder().decode(bytes);
const bodyOf = (answer: string) => answer.slice(answer.indexOf("\r\n\r\n") + 4);

/** Sends and takes back `total` bytes, each way by its own wait. */
async function roundTrip(stream: Stream, total: number): Promise<number> {
  const chunk = new Uint8Array(65_536).fill(0x61);
  let sent = 0, received = 0;
  while (received < total) {
    waitRead(stream, { timeoutMs: 20_000 });
    if (sent < total) waitWrite(stream, { timeoutMs: 20_000 });
    const { outcome, side } = await suspend();
    if (outcome !== "ready") throw new Error(`the echo ${outcome} after ${received} bytes`);
    if (side === "read") received += (await stream.read())?.length ?? total;
    else {
      const piece = chunk.subarray(0, Math.min(chunk.length, total - sent));
      await stream.write(piece);
      sent += piece.length;
    }
  }
  return received;
}

for (const [kind, path] of [["TCP", undefined], ["a Unix socket", unixPath()]] as const) {
  test(`connect() over ${kind}, waitRead() and waitWrite(): 4 MB to an echo and back, with backpressure`, LIMIT, async () => {
    const total = 4_000_000;
    await withPeer(echo, async (peer) => {
      const fetch = async () => {
        const stream = await connect(peer.name, { timeoutMs: 10_000 });
        const received = await roundTrip(stream, total);
        stream.end();
        return new Response(`${received} ${await stream.read()}`);
      };
      await withServer({ fetch }, async ({ exchange, heard }) => {
        assert.equal(bodyOf(await exchange(get("/"))), `${total} null`);
        await until(() => heard.requests.length === 1);
        assert.ok(heard.requests[0]!.switches > 50, `${heard.requests[0]!.switches} switches`);
      });
    }, path);
  });
}

test("waitRead() of several targets: the one that speaks wakes; with none, the timeout, which is not early", LIMIT, async () => {
  await withPeer(() => {}, async (peer) => {
    const fetch = async () => {
      const silent = await connect(peer.address);
      const speaks = await connect(peer.address);
      await until(() => peer.connections.length === 2);
      waitRead(silent, { timeoutMs: 30_000 });
      waitRead(speaks, { timeoutMs: 30_000 });
      peer.connections.find(({ remotePort }) => remotePort === portOf(speaks))!.write("hello");
      const first = await suspend();
      const said = text(await speaks.read());
      const from = performance.now();
      waitRead(silent, { timeoutMs: 200 });
      waitRead(speaks, { timeoutMs: 10_000 });
      const second = await suspend();
      const took = performance.now() - from;
      const facts = [first.outcome, first.target === speaks, said, second.outcome, second.target === silent, took >= 200, took < 5000];
      silent.close();
      speaks.close();
      return new Response(facts.join());
    };
    await withServer({ fetch }, async ({ exchange }) => {
      assert.equal(bodyOf(await exchange(get("/"))), "ready,true,hello,timedOut,true,true,true");
    });
  });
});

function portOf({ local }: Stream): number {
  return local.transport === "tcp" ? local.port : 0;
}

test("waitRead() of one stream by fifty cores wakes all of them; a reset wakes them with its error", LIMIT, async () => {
  await withPeer((socket) => socket.resume(), async (peer) => {
    let shared: Stream | null = null;
    let waiting = 0;
    const fetch = async (request: Request) => {
      if (request.url.endsWith("/open")) {
        shared = await connect(peer.address);
        return new Response("open");
      }
      waitRead(shared!);
      waiting++;
      const { outcome, error } = await suspend();
      return new Response(`${outcome} ${error instanceof BrokenError}`);
    };
    await withServer({ fetch, async: 50 }, async ({ exchange, server }) => {
      await exchange(get("/open"));
      for (const [end, expected] of [["write", "ready false"], ["reset", "failed true"]] as const) {
        waiting = 0;
        const answers = Array.from({ length: 50 }, () => exchange(get("/wait")));
        await until(() => waiting === 50);
        assert.deepEqual(server.stats().cores.map(({ state }) => state), Array(50).fill("waiting"));
        if (end === "write") peer.connections[0]!.write("x");
        else peer.connections[0]!.resetAndDestroy();
        assert.deepEqual([...new Set((await Promise.all(answers)).map(bodyOf))], [expected]);
        assert.equal(text(end === "write" ? await shared!.read() : null), end === "write" ? "x" : "");
      }
    });
  });
});

test("connect() with the request's signal: the connection goes with the client", LIMIT, async () => {
  const gone: string[] = [];
  await withPeer((socket) => socket.on("close", () => gone.push("gone")).on("end", () => socket.end()).resume(), async (peer) => {
    const seen: unknown[] = [];
    const fetch = async (request: Request) => {
      const stream = await connect(peer.address, { signal: request.signal });
      waitRead(stream);
      const { outcome } = await suspend();
      seen.push(outcome);
      return new Response("never read");
    };
    await withServer({ fetch }, async ({ connect: open, server }) => {
      const client = await open();
      client.send(get("/"));
      await until(() => peer.connections.length === 1 && server.stats().cores.some(({ state }) => state === "waiting"));
      client.reset();
      await until(() => seen.length === 1 && gone.length === 1);
      assert.deepEqual(seen, ["failed"]);
      await until(() => server.stats().busy === 0);
    });
  });
});

test("connect() to a port on which nobody listens, and to no name: a BrokenError", LIMIT, async () => {
  const address = { port: 0 };
  await withPeer(() => {}, (peer) => Promise.resolve(void (address.port = Number(peer.name.split(":")[1]))));
  await assert.rejects(
    connect(`127.0.0.1:${address.port}`),
    (error) => error instanceof BrokenError && /: connection refused$/.test(error.message),
  );
  await assert.rejects(connect("unix:/nowhere/at.sock"), BrokenError);
});

test("connect() outside of a request gives the same stream, and its Web Streams", LIMIT, async () => {
  await withPeer(echo, async (peer) => {
    const stream = await connect(peer.name, { timeoutMs: 10_000 });
    const writer = stream.writable.getWriter();
    await writer.write(new TextEncoder().encode("out and back"));
    await writer.close();
    assert.equal(await new Response(stream.readable).text(), "out and back");
    await assert.rejects(Promise.resolve().then(() => waitRead(stream)), TypeError);
  });
});

test("Stream.read() and connect() keep their times on real sockets", LIMIT, async () => {
  await withPeer(() => {}, async (peer) => {
    const stream = await connect(peer.name);
    const from = performance.now();
    await assert.rejects(stream.read({ timeoutMs: 100 }), BrokenError);
    const took = performance.now() - from;
    assert.ok(took >= 99 && took < 5000, `${took} ms`);
    stream.abort();
    await assert.rejects(stream.read(), /was aborted/);
  });
});

test(
  "suspend() and sleep() from a Hono middleware, a helper, a stream's pull and an event handler: all on the request's core",
  LIMIT,
  async () => {
    const seen: string[] = [];
    const app = new Hono();
    const giveWay = async (where: string) => {
      await suspend();
      await sleep(1);
      seen.push(`${where} ${core()}`);
    };
    app.use(async (_context, next) => {
      await giveWay("before");
      await next();
      await giveWay("after");
    });
    app.get("/", (context) => {
      const bell = new EventTarget();
      const rung = new Promise<void>((resolve) => bell.addEventListener("ring", () => void giveWay("event").then(resolve)));
      context.req.raw.signal.addEventListener("abort", () => seen.push("aborted"));
      let pulls = 0;
      return context.body(
        new ReadableStream({
          async pull(controller) {
            if (pulls === 0) bell.dispatchEvent(new Event("ring"));
            await giveWay("pull");
            if (++pulls < 3) controller.enqueue(new TextEncoder().encode("chunk\n"));
            else {
              await rung;
              controller.close();
            }
          },
        }, { highWaterMark: 0 }),
      );
    });
    await withServer({ fetch: app.fetch, async: 4 }, async ({ exchange, heard }) => {
      assert.match(await exchange(get("/")), /^HTTP\/1\.1 200 [^]*chunk\n[^]*chunk\n/);
      await until(() => heard.requests.length === 1);
      const [{ core: carried, switches }] = heard.requests as [typeof heard.requests[0]];
      assert.deepEqual([...seen].sort(), ["after", "before", "event", "pull", "pull", "pull"].map((where) => `${where} ${carried}`));
      // A switch for each suspend and each sleep of the five that come one after another; the event's may share the first pull's slices.
      assert.ok(switches >= 10, `${switches} switches`);
    });
  },
);

/** What runs the test, with descriptors of its own as a shell has arranged them. The shell becomes it: a signal to the one ends the other. */
function shellRunner(redirection: string): string[] {
  const own = runtimeName() === "deno" ? [process.execPath, "run", "-A", "--no-prompt"] : [process.execPath];
  return ["sh", "-c", `${redirection}; exec "$@"`, "sh", ...own];
}

/** Its descriptor 3 is a pipe, into which a shell's commands write. */
function pipeRunner(commands: string): string[] {
  const path = unixPath();
  return shellRunner(`mkfifo ${path}; (${commands}) > ${path} 2> /dev/null & exec 3< ${path}`);
}

const APP = new URL(`./fixtures/adopt_app.${import.meta.url.endsWith(".ts") ? "ts" : "js"}`, import.meta.url).pathname;

async function withAdopting(options: CliOptions, use: (cli: CliProcess, url: string) => Promise<void>): Promise<void> {
  const cli = new CliProcess(["serve", APP, "--port", "0"], { denoFlags: ["-A"], ...options });
  try {
    await use(cli, await cli.listening());
  } finally {
    cli.kill("SIGKILL");
    await cli.exit;
  }
}

test("adoptFd() of an inherited socket: written, waited for and read to its end", LIMIT, async () => {
  await withAdopting({ descriptor3: true }, async ({ peer }, url) => {
    const heard: string[] = [];
    peer.on("data", (chunk) => heard.push(String(chunk)));
    const first = fetch(`${url}/3/both`);
    await until(() => heard.join("") === "adopted\n");
    peer.write("hello");
    assert.equal(await (await first).text(), "ready: hello");
    peer.end();
    assert.equal(await (await fetch(`${url}/3/both`)).text(), "ready: end");
  });
});

const noPipes = runtimeName() === "bun" ? "deviation: Bun cannot take a pipe over" : null;
testUnless(noPipes, "adoptFd() of an inherited pipe: waited for and read to its end", async () => {
  const runner = pipeRunner("sleep 1; echo hello; sleep 1");
  await withAdopting({ runner }, async (_cli, url) => {
    assert.equal(await (await fetch(`${url}/3/read`)).text(), "ready: hello\n");
    assert.equal(await (await fetch(`${url}/3/read`)).text(), "ready: end");
  });
}, 60_000);

if (noPipes !== null) {
  test("adoptFd() of a pipe on Bun: an UnsupportedError that names the way", LIMIT, async () => {
    await withAdopting({ runner: pipeRunner("sleep 2") }, async (_cli, url) => {
      const answer = await (await fetch(`${url}/3/read`)).text();
      const way = /: Bun \S+ cannot take a pipe over; give it a socket, or wait for peekable\(Bun\.file\(3\)\.stream\(\)\)$/;
      assert.match(answer, /^UnsupportedError: adopt descriptor 3: /);
      assert.match(answer, way);
    });
  });
}

test("adoptFd() of a file, and of no open descriptor: a BrokenError", LIMIT, async () => {
  await withAdopting({ runner: shellRunner(`exec 4< ${APP}`) }, async (_cli, url) => {
    for (const fd of [4, 999]) {
      const answer = await (await fetch(`${url}/${fd}/read`)).text();
      assert.match(answer, new RegExp(`^BrokenError: adopt descriptor ${fd}: `));
    }
  });
});

testUnless(noPipes, "adoptFd() of the end of a pipe that can be written: what is written comes out of the other", async () => {
  const [path, out] = [unixPath(), unixPath()];
  const runner = shellRunner(`mkfifo ${path}; cat ${path} > ${out} & exec 3> ${path}`);
  await withAdopting({ runner }, async (_cli, url) => {
    assert.equal(await (await fetch(`${url}/3/write`)).text(), "written; nothing to read");
    await until(() => existsSync(out) && readFileSync(out, "utf8") === "adopted\n");
  });
});

testUnless(noPipes, "adoptFd() of the end of a pipe that can be read: nothing is written to it", async () => {
  const runner = pipeRunner("sleep 20");
  await withAdopting({ runner }, async (_cli, url) => {
    assert.match(await (await fetch(`${url}/3/read-write`)).text(), /ClosedError: write to [^\n]*: it was ended/);
  });
});
