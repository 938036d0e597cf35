/** Programs in threads, as the main thread sees them: each thread here is a script. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { AppThread, ThreadEvents, Threads } from "../../../src/contract/app_threads.ts";
import type { FromThread, ToThread } from "../../../src/suspend/worker/protocol.ts";
import { answersOf, requestOf, withMemoryServer } from "../../support/served_memory.ts";

const APP = { kind: "wasm", program: { name: "app.wasm", module: {} as WebAssembly.Module, folders: [] } } as const;

/** A thread whose program waits for ever, and ends when it is told to, unless it computes. */
class ProgramThread implements AppThread {
  taken = 0;
  gone = false;
  readonly heard: ToThread["type"][] = [];
  readonly #events: ThreadEvents;
  readonly #computes: boolean;

  constructor(events: ThreadEvents, computes: boolean) {
    this.#events = events;
    this.#computes = computes;
    this.#say({ type: "ready", description: "a program" });
  }

  #say(message: FromThread): void {
    queueMicrotask(() => {
      if (!this.gone) this.#events.message(message);
    });
  }

  post(message: object): number {
    const { type, id, ...told } = message as ToThread;
    this.heard.push(type);
    this.taken++;
    if (type === "cancel" && !this.#computes && "reason" in told) {
      this.#say({ type: "failed", id, error: told.reason, status: 502, switches: 0 });
    }
    return this.heard.length;
  }

  terminate(): Promise<void> {
    this.gone = true;
    queueMicrotask(() => this.#events.ended(null));
    return Promise.resolve();
  }
}

class ProgramThreads implements Threads {
  readonly processors = 1;
  readonly started: ProgramThread[] = [];
  readonly #computes: boolean;

  constructor(computes: boolean) {
    this.#computes = computes;
  }

  start(_data: object, events: ThreadEvents): AppThread {
    const thread = new ProgramThread(events, this.#computes);
    this.started.push(thread);
    return thread;
  }
}

const OPTIONS = { app: APP, suspend: "worker", async: 1, harakiriMs: 1000 } as const;

// Deno 2.9.6 keeps 18 MB, six descriptors and a thread for each thread that was ended while it ran code.
test("harakiri of a program that waits has it end by itself, and keeps its thread", async () => {
  const threads = new ProgramThreads(false);
  await withMemoryServer(OPTIONS, async ({ sent, pass, server, heard }) => {
    for (let request = 1; request <= 3; request++) {
      const client = await sent(requestOf("GET /"));
      await pass(1010);
      assert.equal(answersOf(client)[0]!.status, 504);
      const { busy, lost, harakiriCount } = server.stats();
      assert.deepEqual([busy, lost, harakiriCount], [0, 0, request]);
    }
    assert.deepEqual([threads.started.length, threads.started[0]!.gone, heard.errors], [1, false, []]);
  }, () => threads);
});

test("harakiri of a program that computes ends its thread, and another one takes the next request", async () => {
  const threads = new ProgramThreads(true);
  await withMemoryServer(OPTIONS, async ({ sent, pass, server, heard }) => {
    const client = await sent(requestOf("GET /"));
    await pass(1010);
    assert.deepEqual([answersOf(client)[0]!.status, server.stats().lost, threads.started[0]!.gone], [504, 1, false]);
    await pass(300);
    const { busy, lost } = server.stats();
    assert.deepEqual([busy, lost, threads.started.map(({ gone }) => gone)], [0, 0, [true, false]]);
    await sent(requestOf("GET /next"));
    assert.deepEqual([threads.started[1]!.heard, heard.errors], [["begin"], []]);
  }, () => threads);
});
