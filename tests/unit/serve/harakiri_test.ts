import assert from "node:assert/strict";
import process from "node:process";
import { test } from "node:test";
import type { RequestContext, StartResponse, YieldEnv } from "../../../mod.ts";
import { HarakiriError } from "../../../src/errors.ts";
import { sleep, suspend, waitRead } from "../../../src/suspend/calls.ts";
import { Gate } from "../../support/gate.ts";
import { OpenTarget } from "../../support/open_target.ts";
import { answersOf, requestOf, withMemoryServer } from "../../support/served_memory.ts";

const GATEWAY_TIMEOUT = [504, "Gateway Timeout"];

test("harakiri: a handler past its deadline: its signal is aborted, its client gets a 504, and its core is lost until it settles", async () => {
  const gate = new Gate();
  const reasons: unknown[] = [];
  const fetch = async (request: Request) => {
    if (request.url.endsWith("/quick")) return new Response("quick");
    request.signal.addEventListener("abort", () => reasons.push(request.signal.reason));
    await gate.opened;
    return new Response("late");
  };
  await withMemoryServer({ fetch, async: 2, harakiriMs: 2000 }, async ({ sent, pass, settle, server, heard }) => {
    const peer = await sent(requestOf("GET /slow"));
    await pass(1999);
    assert.deepEqual([answersOf(peer).length, server.stats().cores[0]!.state], [0, "waiting"]);
    await pass(2);
    assert.deepEqual(answersOf(peer).map(({ status, body }) => [status, body]), [GATEWAY_TIMEOUT]);
    assert.ok(reasons.length === 1 && reasons[0] instanceof HarakiriError);
    const { busy, lost, harakiriCount, cores } = server.stats();
    assert.deepEqual([busy, lost, harakiriCount, cores[0]!.state], [1, 1, 1, "lost"]);
    assert.deepEqual(heard.harakiris.map(({ target, state, limitMs, outcome }) => [target, state, limitMs, outcome]), [
      ["/slow", "waiting", 2000, "answered"],
    ]);
    // The connection goes on, on the other core.
    peer.send(requestOf("GET /quick"));
    await settle();
    assert.equal(answersOf(peer)[1]!.body, "quick");
    gate.open();
    await settle();
    assert.deepEqual([server.stats().busy, server.stats().lost, answersOf(peer).length], [0, 0, 2]);
    assert.deepEqual(heard.errors, []);
    assert.deepEqual(heard.requests.map(({ target, status }) => [target, status]), [["/slow", 504], ["/quick", 200]]);
  });
});

test("harakiri: a request that waits in suspend or sleep is rejected there; an error of its own is told, with its name", async () => {
  const caught: unknown[] = [];
  const fetch = async (request: Request) => {
    try {
      if (request.url.endsWith("/sleep")) await sleep(60_000);
      for (;;) await suspend();
    } catch (error) {
      caught.push(error);
      if (request.url.endsWith("/sleep")) throw error;
      throw new Error("cannot undo", { cause: error });
    }
  };
  await withMemoryServer({ fetch, harakiriMs: 100 }, async ({ sent, pass, server, heard }) => {
    const peers = [await sent(requestOf("GET /sleep"))];
    await pass(101);
    assert.equal(server.stats().lost, 0);
    assert.ok(caught[0] instanceof HarakiriError);
    assert.deepEqual(heard.errors, []);
    assert.deepEqual(answersOf(peers[0]!).map(({ status }) => status), [504]);
  });
});

test("harakiri: an error of its own, after it was given up, is told with its request", async () => {
  const fetch = async () => {
    await sleep(60_000).catch((cause: unknown) => {
      throw new Error("cannot undo", { cause });
    });
    return new Response("late");
  };
  await withMemoryServer({ fetch, harakiriMs: 100 }, async ({ sent, pass, server, heard }) => {
    await sent(requestOf("GET /undo"));
    await pass(101);
    assert.deepEqual(heard.errors.map(({ name, error }) => [name, String(error)]), [["GET /undo", "Error: cannot undo"]]);
    assert.deepEqual([server.stats().busy, server.stats().exceptions], [0, 1]);
  });
});

test("harakiri: an answer that has begun is reset, and its stream cancelled", async () => {
  const reasons: unknown[] = [];
  const fetch = () =>
    new Response(
      new ReadableStream({
        start: (controller) => controller.enqueue(new Uint8Array(3)),
        cancel: (reason) => void reasons.push(reason),
      }),
    );
  await withMemoryServer({ fetch, harakiriMs: 1000 }, async ({ sent, pass, server, heard }) => {
    const peer = await sent(requestOf("GET /stream"));
    await pass(1001);
    assert.match(peer.text, /^HTTP\/1\.1 200 /);
    assert.doesNotMatch(peer.text, /504/);
    assert.equal(peer.closed, true);
    assert.ok(reasons.length === 1 && reasons[0] instanceof HarakiriError);
    assert.deepEqual([heard.harakiris[0]!.outcome, server.stats().busy, server.stats().lost], ["reset", 0, 0]);
  });
});

test("harakiri: a handler that never settles after its client has gone", async () => {
  await withMemoryServer({ fetch: () => new Promise<Response>(() => {}), harakiriMs: 1000 }, async ({ sent, pass, server, heard }) => {
    const peer = await sent(requestOf("GET /"));
    peer.socket.abort();
    await pass(1001);
    assert.deepEqual([heard.harakiris[0]!.outcome, server.stats().lost, server.stats().connections], ["gone", 1, 0]);
  });
});

test("harakiri: a request that waits for a core, and one whose client is slow, have no deadline", async () => {
  const gate = new Gate();
  const fetch = async (request: Request) => {
    if (request.url.endsWith("/first")) await gate.opened;
    return new Response("x");
  };
  await withMemoryServer({ fetch, async: 1, harakiriMs: 1000 }, async ({ sent, pass, settle, server, heard }) => {
    const first = await sent(requestOf("GET /first"));
    const second = await sent(requestOf("GET /second"));
    await pass(1001);
    assert.deepEqual([server.stats().queued, heard.harakiris.length], [1, 1]);
    await pass(5000);
    gate.open();
    await settle();
    assert.deepEqual([answersOf(first)[0]!.status, answersOf(second)[0]!.status, heard.harakiris.length], [504, 200, 1]);
  });
});

test("harakiriLost: past so many lost cores at once the server is spent, and says so once", async () => {
  const gates = [new Gate(), new Gate(), new Gate(), new Gate()];
  let next = 0;
  const fetch = async (request: Request) => {
    if (request.url.endsWith("/settles")) await new Promise((resolve) => request.signal.addEventListener("abort", resolve));
    else await gates[next++]!.opened;
    return new Response("late");
  };
  await withMemoryServer({ fetch, async: 10, harakiriMs: 1000, harakiriLost: 1 }, async ({ sent, pass, settle, server, heard }) => {
    const reasons: string[] = [];
    void server.spent.then((reason) => reasons.push(reason));
    for (const target of ["/settles", "/settles", "/a"]) await sent(requestOf(`GET ${target}`));
    await pass(1001);
    gates[0]!.open();
    await sent(requestOf("GET /b"));
    await pass(1001);
    await pass(101);
    assert.deepEqual([server.stats().lost, heard.harakiris.length, reasons], [1, 4, []]);
    await sent(requestOf("GET /c"));
    await sent(requestOf("GET /d"));
    await pass(1001);
    assert.deepEqual(reasons, []);
    await pass(101);
    assert.deepEqual(reasons, ["3 cores of 10 are lost, more than --harakiri-lost 1 allows"]);
    assert.match(heard.warnings.join("\n"), /^3 cores of 10 are lost, [^\n]*; this process should be replaced$/);
    // It serves on, and a stop waits for none of them.
    let lost = -1;
    void server.close({ mercyMs: 60_000 }).then((count) => lost = count);
    await settle();
    await pass(5000);
    assert.equal(lost, 0);
  });
});

test("harakiriLost: handlers that settle in time are not counted, however many are given up one after another", async () => {
  const fetch = async (request: Request) => {
    await new Promise((resolve) => request.signal.addEventListener("abort", resolve));
    // What it takes to put things in order.
    await new Promise<void>((resolve) => settling.push(resolve));
    return new Response("late");
  };
  const settling: (() => void)[] = [];
  await withMemoryServer({ fetch, async: 10, harakiriMs: 1000, harakiriLost: 0 }, async ({ sent, pass, settle, server }) => {
    let isSpent = false;
    void server.spent.then(() => isSpent = true);
    for (let request = 0; request < 6; request++) {
      await sent(requestOf("GET /"));
      await pass(50);
    }
    await pass(701);
    for (let passed = 0; passed < 400; passed += 50) {
      // One is given up each 50 ms, and settles 50 ms later.
      await pass(50);
      if (server.stats().lost > 1 || server.stats().harakiriCount === 6) settling.shift()?.();
      await settle();
    }
    assert.deepEqual([isSpent, server.stats().harakiriCount], [false, 6]);
    for (const settle of settling) settle();
    await sent(requestOf("GET /"));
    await pass(1001);
    assert.equal(isSpent, false);
    await pass(101);
    assert.equal(isSpent, true);
  });
});

test("context.harakiri(): later, sooner, never, counted from now", async () => {
  const fetch = async (_request: Request, _env: unknown, context: RequestContext) => {
    await sleep(900);
    context.harakiri(new URL(_request.url).pathname === "/never" ? 0 : 0.5);
    await sleep(600);
    return new Response("done");
  };
  await withMemoryServer({ fetch, harakiriMs: 1000 }, async ({ sent, pass, heard }) => {
    const [never, sooner] = [await sent(requestOf("GET /never")), await sent(requestOf("GET /sooner"))];
    await pass(900);
    await pass(499);
    assert.deepEqual(heard.harakiris, []);
    await pass(1);
    assert.deepEqual(heard.harakiris.map(({ target, limitMs }) => [target, limitMs]), [["/sooner", 1400]]);
    await pass(200);
    assert.deepEqual([answersOf(never)[0]!.status, answersOf(sooner)[0]!.status], [200, 504]);
  });
});

test("context.harakiri(): without --harakiri, and what is no number of seconds", async () => {
  const fetch = async (_request: Request, _env: unknown, context: RequestContext) => {
    for (const seconds of [-1, NaN, Infinity, 3e6, "x" as unknown as number]) assert.throws(() => context.harakiri(seconds), RangeError);
    context.harakiri(2);
    await sleep(60_000);
    return new Response("late");
  };
  await withMemoryServer({ fetch }, async ({ sent, pass }) => {
    const peer = await sent(requestOf("GET /"));
    await pass(2001);
    assert.deepEqual(answersOf(peer).map(({ status, body }) => [status, body]), [GATEWAY_TIMEOUT]);
  });
});

test("harakiriRoutes: the first path that fits, without its query", async () => {
  const fetch = async () => {
    await sleep(100_000);
    return new Response("late");
  };
  const harakiriRoutes = [{ glob: "/slow/*", ms: 5000 }, { glob: "/slow/no", ms: 1 }, { glob: "/live", ms: 0 }];
  await withMemoryServer({ fetch, harakiriMs: 1000, harakiriRoutes }, async ({ sent, pass, heard }) => {
    for (const target of ["/other?/live", "/slow/no?x", "/live?x=/y"]) await sent(requestOf(`GET ${target}`));
    await pass(1001);
    assert.deepEqual(heard.harakiris.map(({ target }) => target), ["/other?/live"]);
    await pass(4000);
    assert.deepEqual(heard.harakiris.map(({ target }) => target), ["/other?/live", "/slow/no?x"]);
    await pass(80_000);
    assert.equal(heard.harakiris.length, 2);
  });
});

test("harakiri: a yield app's finally blocks run, and its core is given back when they have", async () => {
  const gate = new Gate();
  const log: string[] = [];
  const application = (env: YieldEnv, startResponse: StartResponse) => {
    startResponse("200 OK", []);
    return env.PATH_INFO === "/async" ? awaiting() : yielding();
  };
  function* yielding() {
    try {
      for (;;) {
        void sleep(300);
        yield "";
      }
    } finally {
      log.push("closed");
    }
  }
  async function* awaiting() {
    try {
      for (;;) {
        await sleep(300);
        yield "";
      }
    } finally {
      await gate.opened;
      log.push("closed later");
    }
  }
  await withMemoryServer({ application, harakiriMs: 1000 }, async ({ sent, pass, settle, server, heard }) => {
    const peers = [await sent(requestOf("GET /sync")), await sent(requestOf("GET /async"))];
    await pass(1001);
    for (const peer of peers) assert.deepEqual(answersOf(peer).map(({ status }) => status), [504]);
    assert.deepEqual([log, server.stats().lost], [["closed"], 1]);
    gate.open();
    await settle();
    assert.deepEqual([log, server.stats().lost, server.stats().busy], [["closed", "closed later"], 0, 0]);
    assert.deepEqual(heard.errors, []);
  });
});

test("harakiri: a wait that the app does not await is no unhandled rejection", async () => {
  const unhandled: unknown[] = [];
  const hear = (error: unknown) => void unhandled.push(error);
  process.on("unhandledRejection", hear);
  try {
    const fetch = () => {
      void sleep(60_000);
      return new Promise<Response>(() => {});
    };
    await withMemoryServer({ fetch, harakiriMs: 100 }, async ({ sent, pass, server }) => {
      await sent(requestOf("GET /"));
      await pass(101);
      await new Promise((resolve) => setTimeout(resolve, 0));
      assert.deepEqual([server.stats().lost, unhandled], [1, []]);
    });
  } finally {
    process.off("unhandledRejection", hear);
  }
});

test("harakiri: after close() no deadline holds the process, and none comes", async () => {
  await withMemoryServer(
    { fetch: () => new Promise<Response>(() => {}), harakiriMs: 5000 },
    async ({ sent, pass, settle, server, heard, clock }) => {
      await sent(requestOf("GET /"));
      const closed = server.close({ mercyMs: 50 });
      await pass(51);
      await closed;
      await settle();
      assert.equal(clock.nextTimerMs, Infinity);
      await pass(6000);
      assert.deepEqual(heard.harakiris, []);
    },
  );
});

test("a yield app that waits for a target gives its core back when its client goes, and its finally blocks run", async () => {
  const quiet = new OpenTarget();
  const log: string[] = [];
  function* application(_env: YieldEnv, startResponse: StartResponse) {
    startResponse("200 OK", []);
    try {
      yield "hello";
      waitRead(quiet);
      yield "";
    } finally {
      log.push("closed");
    }
  }
  await withMemoryServer({ application }, async ({ sent, settle, server }) => {
    const peer = await sent(requestOf("GET /"));
    assert.deepEqual([server.stats().busy, quiet.watching], [1, 1]);
    peer.socket.abort();
    await settle();
    assert.deepEqual([log, server.stats().busy, quiet.watching], [["closed"], 0, 0]);
  });
});
