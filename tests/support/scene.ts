import type { App, RequestContext, YieldEnv } from "../../src/contract/app.ts";
import type { Clock } from "../../src/contract/clock.ts";
import type { CoreContext, CoreTask, Incoming, Reply, RequestHost, Scheduler, SuspendEngine } from "../../src/contract/engine.ts";
import type { RequestHead } from "../../src/contract/head.ts";
import { CoreScheduler } from "../../src/core/scheduler.ts";
import { type CoreTable, createCoreTable } from "../../src/core/table.ts";
import { TimerWheel } from "../../src/core/timer_wheel.ts";
import { createMemoryEngine } from "../../src/io/memory.ts";
import { FakeClock } from "./fake_clock.ts";

/** A request of a scene: what became of it, and what it sent. */
export interface SceneRequest extends CoreContext {
  readonly core: number;
  outcome: "running" | "answered" | "failed";
  error: unknown;
  /** What it told besides. */
  readonly told: unknown[];
  readonly chunks: (string | Uint8Array)[];
  /** What a program wrote to its standard error. */
  readonly logged: string[];
  readonly reply: Reply & { room: boolean; closed: boolean; drain(): void };
}

/** An engine with a scheduler, on a fake clock, without a network. */
export interface Scene {
  readonly clock: FakeClock;
  readonly table: CoreTable;
  readonly engine: SuspendEngine;
  run(name: string, app: App): SceneRequest;
  /** One turn of the event loop. */
  turn(): Promise<void>;
  /** Turns until nothing happens by itself any more. */
  settle(): Promise<void>;
}

/** Makes a scene for an engine. */
export function createScene(create: (scheduler: Scheduler, clock: Clock) => SuspendEngine): Scene {
  const clock = new FakeClock();
  const table = createCoreTable(16);
  const wheel = new TimerWheel(clock);
  const scheduler = new CoreScheduler({ table, wheel, clock, sliceMs: 0 });
  const engine = create(scheduler, clock);
  const host: RequestHost = { io: createMemoryEngine(), after: (ms, expired) => scheduler.after(ms, expired) };
  let next = 0;
  const turn = async () => {
    clock.advance(0);
    await new Promise((resolve) => setTimeout(resolve, 0));
  };
  return {
    clock,
    table,
    engine,
    turn,
    async settle() {
      for (let count = 0; count < 40; count++) await turn();
    },
    run(name, app) {
      const request = new FakeRequest(next++, name, app, engine, host, (finished) => scheduler.finish(finished));
      table.move(request.core, "take");
      table.begin(request.core, clock.now(), "GET", `/${name}`);
      scheduler.start(request);
      return request;
    },
  };
}

const PARTS_OF_HEAD: RequestHead = {
  method: "GET",
  target: "/",
  targetScheme: null,
  minor: 1,
  protocol: "HTTP/1.1",
  bytes: 0,
  authority: "localhost",
  path: "/",
  framing: { kind: "none" },
  expectsContinue: false,
  keepAlive: true,
  fields: { count: 0, name: () => "", value: () => "", first: () => null, joined: () => null },
};

class FakeRequest implements SceneRequest {
  readonly core: number;
  readonly app: App;
  readonly task: CoreTask;
  readonly env = {};
  readonly request: Request;
  readonly yieldEnv: YieldEnv;
  readonly chunks: (string | Uint8Array)[] = [];
  outcome: "running" | "answered" | "failed" = "running";
  error: unknown = null;
  readonly told: unknown[] = [];
  readonly logged: string[] = [];
  readonly reply: SceneRequest["reply"];
  readonly #finish: (task: CoreTask) => void;

  constructor(core: number, name: string, app: App, engine: SuspendEngine, host: RequestHost, finish: (task: CoreTask) => void) {
    this.core = core;
    this.app = app;
    this.task = { core, engine, host, request: this, requestName: null, kept: null };
    this.#finish = finish;
    this.request = new Request(`http://localhost/${name}`);
    this.yieldEnv = { PATH_INFO: `/${name}` };
    this.reply = this.#makeReply();
  }

  readonly context = { signal: new AbortController().signal } as RequestContext;

  get incoming(): Incoming {
    const address = { transport: "unix", path: "/scene" } as const;
    const head = PARTS_OF_HEAD;
    const path = new URL(this.request.url).pathname;
    return { head: { ...head, path, target: path }, scheme: "http", authority: "localhost", local: address, remote: address, body: null };
  }

  #end(outcome: "answered" | "failed"): void {
    this.outcome = outcome;
    this.reply.closed = true;
    this.#finish(this.task);
  }

  #makeReply(): SceneRequest["reply"] {
    let waiting: (() => void) | null = null;
    return {
      closed: false,
      onGone: null,
      room: true,
      respond: () => this.#end("answered"),
      send: () => this.#end("answered"),
      start: () => {},
      write: (chunk) => {
        this.chunks.push(chunk);
        return this.reply.room;
      },
      flush: () => {},
      drained: (callback) => waiting = callback,
      drain: () => waiting?.(),
      end: () => this.#end("answered"),
      fail: (error) => {
        this.error = error;
        this.#end("failed");
      },
      log: (line) => this.logged.push(line),
      tell: (error) => this.told.push(error),
    };
  }
}
