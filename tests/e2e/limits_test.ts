/** Each limit and timeout as an option of `heddle serve`, against a real socket. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { CliProcess } from "../support/cli_process.ts";
import { appFile, servingCli } from "../support/cli_server.ts";
import type { RawClient } from "../support/raw_client.ts";

const LIMIT = { timeout: 60_000 };

const APP = appFile(
  `export default {
    async fetch(request, _env, context) {
      const { pathname } = new URL(request.url);
      if (pathname === "/allow") context.limitBody(20);
      if (pathname === "/hang" || pathname === "/large") console.error("the app has " + pathname);
      if (pathname === "/hang") await new Promise((resolve) => setTimeout(resolve, 60_000));
      if (pathname === "/large") return new Response("x".repeat(64_000_000));
      return new Response(String((await request.text()).length));
    },
  };`,
);

/** Serves the app with these options while `run` runs. */
function serving(options: readonly string[], run: (connect: () => Promise<RawClient>) => Promise<void>): Promise<void> {
  return servingCli([APP, ...options], ({ connect }) => run(connect));
}

/** Sends `bytes`, and gives what came until the server ended the connection. */
async function answerTo(client: RawClient, bytes: string): Promise<string> {
  client.send(bytes);
  await until(() => client.ended || client.closed);
  client.end();
  return client.text;
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 10));
}

const post = (length: number, body: string) => `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${length}\r\n\r\n${body}`;
const chunked = (length: number) =>
  `POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n${"1\r\nx\r\n".repeat(length)}0\r\n\r\n`;
const get = (target: string, fields = "") => `GET ${target} HTTP/1.1\r\nHost: a\r\n${fields}\r\n`;

const SIZES = ["--limit-target", "64", "--limit-field", "100", "--limit-field-count", "3", "--limit-head", "256", "--limit-post", "10"];

test(
  "heddle serve --limit-target, --limit-field, --limit-field-count, --limit-head, --limit-post: what is longer is refused",
  LIMIT,
  async () => {
    await serving(SIZES, async (connect) => {
      const field = (bytes: number) => `x: ${"y".repeat(bytes - 3)}\r\n`;
      const close = "Connection: close\r\n";
      const cases: ReadonlyArray<readonly [bytes: string, status: number]> = [
        [get(`/${"x".repeat(63)}`, close), 200],
        [get(`/${"x".repeat(64)}`, close), 414],
        [get("/", close + field(100)), 200],
        [get("/", close + field(101)), 431],
        [get("/", close + "x: y\r\n"), 200],
        [get("/", close + "x: y\r\n".repeat(2)), 431],
        [get(`/${"x".repeat(60)}`, field(100) + field(80)), 431],
        [post(10, "0123456789").replace("Host: a", "Host: a\r\nConnection: close"), 200],
        [post(11, "01234567890"), 413],
      ];
      for (const [bytes, status] of cases) {
        assert.match(await answerTo(await connect(), bytes), new RegExp(`^HTTP/1\\.1 ${status} `), JSON.stringify(bytes));
      }
    });
  },
);

test("heddle serve --limit-post-max: what an app may allow by limitBody()", LIMIT, async () => {
  await serving(["--limit-post", "10", "--limit-post-max", "20"], async (connect) => {
    const cases = [["/", 10, 200], ["/", 15, 413], ["/allow", 15, 200], ["/allow", 20, 200], ["/allow", 21, 413]] as const;
    for (const [target, bytes, status] of cases) {
      for (const framed of [post(bytes, "x".repeat(bytes)), chunked(bytes)]) {
        const request = framed.replace("POST /", `POST ${target}`).replace("Host: a", "Host: a\r\nConnection: close");
        assert.match(await answerTo(await connect(), request), new RegExp(`^HTTP/1\\.1 ${status} `), request);
      }
    }
  });
});

test("heddle serve --keep-alive-requests: the last answer says so, and the connection ends", LIMIT, async () => {
  await serving(["--keep-alive-requests", "2"], async (connect) => {
    const text = await answerTo(await connect(), get("/1") + get("/2") + get("/3"));
    assert.equal(text.match(/HTTP\/1\.1 200 /g)?.length, 2);
    assert.equal(text.match(/^connection: close\r$/gim)?.length, 1);
  });
});

const TIMEOUTS = ["--first-byte-timeout", "300ms", "--head-timeout", "400ms", "--body-timeout", "500ms", "--keep-alive", "600ms"];

test(
  "heddle serve --first-byte-timeout, --head-timeout, --body-timeout, --keep-alive: who makes no progress is let go",
  LIMIT,
  async () => {
    await serving(TIMEOUTS, async (connect) => {
      const started = performance.now();
      const timed = async (bytes: string): Promise<readonly [text: string, ms: number]> => {
        const text = await answerTo(await connect(), bytes);
        return [text, performance.now() - started];
      };
      const [silent, head, body, idle] = await Promise.all([
        timed(""),
        timed("GET / HTTP/1.1\r\nHost:"),
        timed(post(5, "xx")),
        timed(get("/")),
      ]);
      assert.deepEqual([silent[0], head[0].slice(0, 13), body[0].slice(0, 13)], ["", "HTTP/1.1 408 ", "HTTP/1.1 408 "]);
      assert.match(idle[0], /^HTTP\/1\.1 200 [^]*\r\n\r\n0$/);
      for (const [[, ms], least] of [[silent, 300], [head, 400], [body, 500], [idle, 600]] as const) {
        assert.ok(ms >= least, `${ms} of ${least} ms`);
      }
    });
  },
);

test("heddle serve --body-rate: a body that trickles in is refused after 5 s, one that comes faster is not", LIMIT, async () => {
  await serving(["--body-rate", "1000"], async (connect) => {
    const trickle = async (bytes: number): Promise<string> => {
      const client = await connect();
      client.send(post(bytes * 80, ""));
      for (let sent = 0; sent < 80 && !client.ended; sent++) {
        client.send("x".repeat(bytes));
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      await until(() => client.text.includes("\r\n\r\n"));
      client.destroy();
      return client.text;
    };
    const [slow, fast] = await Promise.all([trickle(5), trickle(500)]);
    assert.match(slow, /^HTTP\/1\.1 408 [^]*the body came at less than 1000 bytes a second\n$/);
    assert.match(fast, /^HTTP\/1\.1 200 [^]*\r\n\r\n40000$/);
  });
});

test("heddle serve --write-timeout: a client that takes nothing of its answer is let go", LIMIT, async () => {
  await serving(["--write-timeout", "500ms"], async (connect) => {
    const client = await connect();
    client.pause();
    client.send(get("/large"));
    await new Promise((resolve) => setTimeout(resolve, 3000));
    client.resume();
    await until(() => client.closed || client.ended);
    assert.ok(client.received < 64_000_000, `${client.received} bytes came`);
    client.destroy();
  });
});

test("heddle serve --post-buffering: a body up to that is in before the request has a core", LIMIT, async () => {
  for (const [bytes, other] of [["100", "200"], ["10", ""]] as const) {
    await serving(["--async", "1", "--post-buffering", bytes], async (connect) => {
      const slow = await connect();
      slow.send(post(50, "x"));
      await new Promise((resolve) => setTimeout(resolve, 200));
      const quick = await connect();
      quick.send(get("/"));
      await new Promise((resolve) => setTimeout(resolve, 500));
      assert.equal(quick.text.slice(9, 12), other);
      slow.send("x".repeat(49));
      await until(() => slow.text !== "" && quick.text !== "");
      slow.destroy();
      quick.destroy();
    });
  }
});

test(
  "heddle serve --connections: one more takes the place of the one that is idle longest; with none idle it gets a 503",
  LIMIT,
  async () => {
    await servingCli([APP, "--connections", "3"], async ({ cli, connect }) => {
      const open: RawClient[] = [];
      const ask = async (client: RawClient) => {
        client.forget();
        client.send(get("/"));
        await until(() => client.text.includes("\r\n\r\n0"));
      };
      for (let count = 0; count < 3; count++) {
        open.push(await connect());
        await ask(open[count]);
      }
      // The second is idle longest now.
      await ask(open[0]);
      open.push(await connect());
      await ask(open[3]);
      await until(() => open[1].ended || open[1].closed);
      const busy = [open[0], open[2], open[3]];
      for (const client of busy) {
        client.forget();
        client.send(get("/hang"));
      }
      await until(() => cli.stderr.split("the app has /hang").length === 4);
      const refused = await answerTo(await connect(), get("/"));
      assert.match(refused, /^HTTP\/1\.1 503 [^]*\r\nretry-after: 1\r\n/i);
      assert.deepEqual(busy.map(({ ended, closed, text }) => [ended, closed, text]), Array(3).fill([false, false, ""]));
    });
  },
);

test("heddle serve --write-buffer: what a slow client has not taken of its answer holds a core, or up to that none", LIMIT, async () => {
  for (const [bytes, other] of [["1mb", ""], ["100mb", "200"]] as const) {
    await servingCli([APP, "--async", "1", "--write-buffer", bytes], async ({ cli, connect }) => {
      const slow = await connect();
      slow.pause();
      slow.send(get("/large"));
      await cli.untilStderr(/the app has \/large/);
      const quick = await connect();
      quick.send(get("/"));
      if (other === "") await new Promise((resolve) => setTimeout(resolve, 1000));
      else await until(() => quick.text !== "");
      assert.equal(quick.text.slice(9, 12), other);
      slow.resume();
      await until(() => slow.received > 64_000_000 && quick.text !== "");
    });
  }
});

test("heddle serve says which limit does not fit another, and exits with 2", LIMIT, async () => {
  const cli = new CliProcess(["serve", APP, "--limit-field", "32kb"]);
  assert.equal((await cli.exit).code, 2);
  assert.equal(cli.stderr, "heddle: --limit-field 32768: longer than a whole head, --limit-head 16384; raise that too\n");
});
