import assert from "node:assert/strict";
import { test } from "node:test";
import type { FetchHandler, RequestContext } from "../../../mod.ts";
import type { ThreadPort } from "../../../src/contract/app_threads.ts";
import { createMemoryEngine } from "../../../src/io/memory.ts";
import { createAsyncEngine } from "../../../src/suspend/async.ts";
import { readSync, sleepSync, suspendSync } from "../../../src/suspend/sync_calls.ts";
import { startThread } from "../../../src/suspend/thread/run_thread.ts";
import type { FromThread, PackedRequest, ToThread } from "../../../src/suspend/worker/protocol.ts";
import { FakeClock } from "../../support/fake_clock.ts";
import { Gate } from "../../support/gate.ts";

const ADDRESS = { transport: "tcp", hostname: "127.0.0.1", port: 1 } as const;

/** A thread whose main thread is the test; what comes while it stands still was written down before. */
class Scene {
  readonly clock = new FakeClock();
  readonly posted: FromThread[] = [];
  /** What comes to whoever stands still, by what was posted last, and when nothing more would. */
  answer: (last: FromThread) => ToThread[] = () => [];
  readonly #coming: ToThread[] = [];
  #hear: (message: unknown) => void = () => {};

  constructor(fetch: FetchHandler) {
    const port: ThreadPort = {
      post: (message) => {
        this.posted.push(message as FromThread);
        this.#coming.push(...this.answer(message as FromThread));
      },
      listen: (heard) => this.#hear = heard,
      waitForMessage: (timeoutMs) => {
        const message = this.#coming.shift();
        if (message === undefined) {
          assert.ok(timeoutMs < Infinity, "it would stand still for ever");
          this.clock.spend(timeoutMs);
        }
        return message;
      },
    };
    const platform = { engine: createMemoryEngine(), clock: this.clock, env: {} };
    startThread(port, { kind: "fetch", fetch }, "an app", createAsyncEngine, { env: null, sliceMs: 2, bodyMostBytes: 1000 }, platform);
  }

  async hear(message: ToThread): Promise<void> {
    this.#hear(message);
    await this.clock.settle();
  }

  begin(id: number, path: string, hasBody = false): ToThread {
    const request: PackedRequest = {
      core: 0,
      scheme: "http",
      authority: "a",
      local: ADDRESS,
      remote: ADDRESS,
      method: hasBody ? "POST" : "GET",
      target: path,
      targetScheme: null,
      minor: 1,
      protocol: "HTTP/1.1",
      headBytes: 1,
      path,
      expectsContinue: false,
      keepAlive: true,
      fields: [],
      body: hasBody ? { length: null, whole: null } : null,
    };
    return { type: "begin", id, request };
  }

  get types(): string[] {
    return this.posted.map((message) => "id" in message ? `${message.type} ${message.id}` : message.type);
  }
}

test("a thread that stands still for a stream that is cancelled says that its loop turns once it does, and has its turn before", async () => {
  const events: string[] = [];
  const scene = new Scene((request) => {
    if (request.url.endsWith("/next")) return new Response(null);
    return new Response(
      new ReadableStream({
        pull() {
          sleepSync(100);
          events.push("slept");
        },
        cancel: () => void events.push("cancelled"),
      }, { highWaterMark: 0 }),
    );
  });
  scene.answer = (last) => {
    if (last.type !== "standStill") return [];
    return [{
      type: "cancel",
      id: 0,
      reason: { code: "HEDDLE_BROKEN", status: 0, name: "BrokenError", message: "gone", stack: null, cause: null },
    }, {
      type: "turn",
      id: 0,
    }];
  };
  await scene.hear(scene.begin(0, "/"));
  assert.deepEqual(events, ["slept", "cancelled"]);
  assert.deepEqual(scene.types, ["ready", "answer 0", "standStill 0", "cancelled 0", "end 0"]);
  await scene.hear(scene.begin(1, "/next"));
  assert.equal(scene.types.at(-1), "answer 1");
});

test("what was left running stands still by its thread's own clock, and another request begins after it", async () => {
  const gate = new Gate();
  const events: string[] = [];
  const scene = new Scene((request, _env, context: RequestContext) => {
    const { pathname } = new URL(request.url);
    if (pathname === "/left") {
      context.waitUntil(gate.opened.then(() => {
        suspendSync();
        sleepSync(100);
        events.push(`slept until ${scene.clock.now()}`);
      }));
    } else events.push(`${pathname} begins`);
    return new Response(null);
  });
  await scene.hear(scene.begin(0, "/left"));
  gate.open();
  await scene.clock.settle();
  assert.deepEqual(events, ["slept until 1100"]);
  assert.deepEqual(scene.types, ["ready", "waitUntil 0", "answer 0", "settled 0"]);
});

test("a request that begins while an older one stands still is not run within it", async () => {
  const gate = new Gate();
  const events: string[] = [];
  const scene = new Scene((request, _env, context: RequestContext) => {
    const { pathname } = new URL(request.url);
    events.push(`${pathname} begins`);
    if (pathname === "/left") {
      context.waitUntil(gate.opened.then(() => {
        try {
          readSync();
        } catch (error) {
          events.push(String(error));
        }
      }));
    }
    return new Response(null);
  });
  scene.answer = (last) => {
    if (last.type !== "read") return [];
    const error = { code: "HEDDLE_CLOSED", status: 0, name: "ClosedError", message: "answered", stack: null, cause: null };
    return [scene.begin(1, "/next"), { type: "bodyFailed", id: 0, error }];
  };
  await scene.hear(scene.begin(0, "/left", true));
  gate.open();
  await scene.clock.settle();
  assert.deepEqual(events, ["/left begins", "ClosedError: answered", "/next begins"]);
  assert.equal(scene.types.at(-1), "answer 1");
});
