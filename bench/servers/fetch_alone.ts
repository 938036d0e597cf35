// What a server of fetch apps cannot leave out: heddle's I/O engine, strict HTTP, an AsyncLocalStorage's context a request, a Request, an app
// of ../apps and its Response. There are no cores, deadlines or counters, and a body is taken whole, one way and the other. With --bounded there
// are: a core taken and given back, its row in the shared table, the time of its begin and end, a deadline for the client, bytes and requests counted.
// Usage: deno run -A fetch_alone.ts [APP] [--native] [--bounded], bun fetch_alone.ts ..., node fetch_alone.ts ...
import process from "node:process";
import type { BodySource } from "../../src/contract/body.ts";
import type { CoreTask } from "../../src/contract/engine.ts";
import { enterCore } from "../../src/core/current.ts";
import { CorePool } from "../../src/core/pool.ts";
import { createCoreTable } from "../../src/core/table.ts";
import { TimerWheel, WheelTimer } from "../../src/core/timer_wheel.ts";
import { Exchange } from "../../src/http/exchange.ts";
import { installLightGlobals } from "../../src/http/globals.ts";
import type { HttpHead } from "../../src/http/http_head.ts";
import { DEFAULT_LIMITS } from "../../src/http/limits.ts";
import { createRequest } from "../../src/http/request.ts";
import { readResponse, type ResponseParts } from "../../src/http/response.ts";
import { selectPlatform } from "../../src/io/select.ts";
import { announce } from "./announce.ts";
import { loadApp, readArguments } from "./arguments.ts";

const args = process.argv.slice(2);
if (!args.includes("--native")) installLightGlobals();
const app = await loadApp(readArguments(args).app);
const bounded = args.includes("--bounded");
const { engine, latin1, clock } = await selectPlatform();
const table = createCoreTable(1000);
const pool = new CorePool(table, { queue: 1000, observer: {}, clock });
const wheel = new TimerWheel(clock);
/** What `heddle serve` allows an idle client. */
const KEEP_ALIVE_MS = 75_000;
const date = new Date().toUTCString();
const suspendEngine = {} as CoreTask["engine"];
const host = {} as CoreTask["host"];
const neverAborted = new AbortController().signal;

/** A body that is in, in the pieces in which it came. */
class WholeBody implements BodySource {
  readonly length = null;
  readonly #pieces: Uint8Array[];

  constructor(pieces: readonly Uint8Array[]) {
    this.#pieces = [...pieces];
  }

  read(): Uint8Array | null {
    return this.#pieces.shift() ?? null;
  }

  takeWhole(): Uint8Array | null {
    return this.#pieces.length === 1 ? this.read() : null;
  }

  cancel(): void {}
}

/** A stream of one chunk, as those are that a native Response makes of a string. */
async function readOne(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<Uint8Array | null> {
  const { value } = await reader.read();
  const { done } = await reader.read();
  if (!done) throw new Error("read an app's body: it has more than one chunk");
  return value ?? null;
}

const listener = await engine.listen({ transport: "tcp", hostname: "127.0.0.1", port: 0 }, (socket) => {
  const exchange = new Exchange(DEFAULT_LIMITS, () => date, latin1);
  const deadline = new WheelTimer(() => socket.close());
  let core = 0;
  let head: HttpHead | null = null;
  let body: WholeBody | null = null;
  let pieces: Uint8Array<ArrayBuffer>[] = [];
  const send = (response: Response): void => {
    const parts = readResponse(response);
    if (parts.body instanceof ReadableStream) void readOne(parts.body.getReader()).then((bytes) => write(parts, bytes));
    else write(parts, parts.body);
  };
  const write = ({ status, statusText, fields }: ResponseParts, body: string | Uint8Array | null): void => {
    const piece = exchange.sendWhole(status, statusText, fields, body);
    socket.write(piece);
    if (bounded) release(piece.length);
    if (exchange.mustClose) socket.close();
    else exchange.nextRequest();
  };
  const release = (bytes: number): void => {
    wheel.schedule(deadline, KEEP_ALIVE_MS, clock.now());
    table.countBytes(core, bytes);
    pool.release(core);
  };
  const take = (head: HttpHead): void => {
    core = pool.take();
    table.begin(core, clock.now(), head.method, head.target);
  };
  const run = (head: HttpHead): void => {
    const request = createRequest({ head, scheme: "http", authority: head.authority, body, signal: () => neverAborted });
    const response = app.fetch(request);
    if (response instanceof Promise) void response.then(send);
    else send(response);
  };
  socket.handler = {
    data(chunk) {
      exchange.receive(chunk);
      for (let event = exchange.next(); event.type === "head" || event.type === "data" || event.type === "end"; event = exchange.next()) {
        if (event.type === "head") head = event;
        else if (event.type === "data") pieces.push(event.bytes.slice());
        else {
          if (pieces.length > 0) body = new WholeBody(pieces);
          if (bounded) take(head!);
          enterCore({ core, engine: suspendEngine, host, request: null, requestName: null, kept: null }, run, head!);
          body = null;
          pieces = [];
        }
      }
      exchange.hold();
    },
    drain() {},
    end: () => socket.end(),
    close: () => wheel.cancel(deadline),
  };
});
announce(listener.address);
