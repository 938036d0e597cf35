/**
 * What Request and Response cost, ours and the runtime's own, in microseconds an operation: `node bench/micro/fetch_objects.ts`, and the
 * same with `bun` and `deno run`. Each line gives the best and the median of its rounds: the best is what the code costs, the median has
 * the collector's share too, which is most of what a native object costs on Node.
 */
import type { BodySource } from "../../src/contract/body.ts";
import { HttpHead } from "../../src/http/http_head.ts";
import { LightResponse } from "../../src/http/light_response.ts";
import { createRequest, nativeRequest, type RequestParts } from "../../src/http/request.ts";
import { readResponse } from "../../src/http/response.ts";
import { BROWSER_LINES } from "./browser_lines.ts";

/** Many and short: one that no other process disturbed is among them. */
const ROUNDS = 200;
const CALLS = 2_000;
/** Of what takes microseconds. */
const SLOW_CALLS = 200;

/** Whoever keeps a result keeps its making from being optimized away. */
let sink: unknown;

function report(name: string, times: number[]): void {
  times.sort((a, b) => a - b);
  const [best, median] = [times[0]!, times[times.length >> 1]!];
  console.log(`${name.padEnd(56)} ${best.toFixed(3).padStart(8)} ${median.toFixed(3).padStart(8)}`);
}

function measure(name: string, calls: number, run: () => unknown): void {
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const start = performance.now();
    for (let call = 0; call < calls; call++) sink = run();
    times.push((performance.now() - start) * 1000 / calls);
  }
  report(name, times);
}

async function measureAsync(name: string, calls: number, run: () => Promise<unknown>): Promise<void> {
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const start = performance.now();
    for (let call = 0; call < calls; call++) sink = await run();
    times.push((performance.now() - start) * 1000 / calls);
  }
  report(name, times);
}

const SMALL = ["GET / HTTP/1.1", "Host: localhost:8080"];

/** A head as `HeadReader` makes it, of lines that are known to be valid. */
function headOf(lines: readonly string[], method = "GET"): () => HttpHead {
  const text = lines.join("\r\n") + "\r\n\r\n";
  const hostStart = text.indexOf("Host: ") + 6;
  const parts = {
    text,
    method,
    targetStart: 4,
    targetEnd: text.indexOf(" HTTP/"),
    minor: 1,
    protocol: "HTTP/1.1",
    absolute: null,
    fieldsStart: text.indexOf("\r\n") + 2,
    fieldCount: lines.length - 1,
    hostStart,
    hostEnd: text.indexOf("\r\n", hostStart),
    framing: { kind: "none" },
    expectsContinue: false,
    keepAlive: true,
  } as const;
  return () => new HttpHead(parts);
}

class Body implements BodySource {
  readonly length = JSON_BYTES.length;
  #done = false;

  read(): Uint8Array | null {
    if (this.#done) return null;
    this.#done = true;
    return JSON_BYTES.slice();
  }

  takeWhole(): Uint8Array | null {
    return this.read();
  }

  cancel(): void {}
}

const JSON_BYTES = new TextEncoder().encode(JSON.stringify({ text: "x".repeat(1000) }));
/** One of its own each time: a native Request listens to its signal. */
const signal = () => new AbortController().signal;

function partsOf(head: HttpHead, body: BodySource | null): RequestParts {
  return { head, scheme: "http", authority: head.authority || "127.0.0.1:8080", body, signal };
}

async function benchRequest(): Promise<void> {
  const small = headOf(SMALL);
  const browser = headOf(BROWSER_LINES);
  const post = headOf([...SMALL, "Content-Type: application/json", "Content-Length: 1011"], "POST");
  const lazy = (head: () => HttpHead) => createRequest(partsOf(head(), null));
  const posted = () => createRequest(partsOf(post(), new Body()));
  measure("parts alone (in each of the following)", CALLS, () => partsOf(small(), null));
  measure("lazy request, untouched", CALLS, () => lazy(small));
  measure("  method + url", CALLS, () => lazy(small).method + lazy(small).url.length);
  measure("  url of a browser's head", CALLS, () => lazy(browser).url);
  measure("  one headers.get of 14 (and the head's own index)", CALLS, () => lazy(browser).headers.get("accept-encoding"));
  measure("  three headers.get of 14, one missing", CALLS, () => {
    const { headers } = lazy(browser);
    return [headers.get("accept-encoding"), headers.get("User-Agent"), headers.get("authorization")];
  });
  measure("  [...headers] of 14", CALLS, () => [...lazy(browser).headers]);
  measure("  new Headers(headers) of 14", SLOW_CALLS, () => new Headers(lazy(browser).headers));
  await measureAsync("  json() of 1 KiB", CALLS, () => posted().json());
  await measureAsync("  json() by .body and a native Response", SLOW_CALLS, () => new Response(posted().body).json());
  measure("native request by nativeRequest, no body", SLOW_CALLS, () => nativeRequest(lazy(small)));
  measure("native new Request(url)", SLOW_CALLS, () => new Request("http://localhost:8080/"));
  await measureAsync("native new Request(url, { body: stream }).json()", SLOW_CALLS, () => {
    const body = new Response(JSON_BYTES).body;
    return new Request("http://localhost:8080/", { method: "POST", body, duplex: "half" } as RequestInit).json();
  });
}

const TEXT = "Hello, World!";
const RECORD = { headers: { "content-type": "text/html; charset=UTF-8" } };

/** Reads a native response as `serve` does: one chunk, and the end if it comes at once. */
async function readNative(response: Response): Promise<unknown> {
  const { body, fields } = readResponse(response);
  let count = 0;
  for (const _ of fields) count++;
  if (!(body instanceof ReadableStream)) return body ?? count;
  const reader = body.getReader();
  const first = await reader.read();
  await reader.read();
  return first.value;
}

function readLight(response: LightResponse): unknown {
  const { body, fields } = readResponse(response as unknown as Response);
  let count = 0;
  for (const _ of fields) count++;
  return body ?? count;
}

function hono(make: (body: string, init: ResponseInit) => unknown): unknown {
  const headers = new Headers();
  headers.set("content-type", "application/json");
  return make('{"a":1}', { status: 200, headers });
}

async function benchResponse(): Promise<void> {
  const light = (body: unknown, init?: object) => new LightResponse(body, init);
  measure("light: construct", CALLS, () => light(TEXT));
  measure("light: construct + readResponse", CALLS, () => readLight(light(TEXT)));
  measure("light: with a record of headers + readResponse", CALLS, () => readLight(light(TEXT, RECORD)));
  measure("light: as Hono's c.json (native Headers) + read", CALLS, () => readLight(hono(light) as LightResponse));
  measure("light: headers.set + readResponse", CALLS, () => {
    const response = light(TEXT);
    response.headers.set("x-powered-by", "heddle");
    return readLight(response);
  });
  measure("light: new Response(r.body, r) + readResponse", SLOW_CALLS, () => {
    const response = light(TEXT);
    return readLight(light(response.body, response));
  });
  measure("light: Response.json + readResponse", CALLS, () => readLight(LightResponse.json({ a: 1 })));
  await measureAsync("light: in an async function + readResponse", CALLS, async () => await Promise.resolve(readLight(light(TEXT))));
  const native = (body: BodyInit | null, init?: ResponseInit) => new Response(body, init);
  measure("native: construct", SLOW_CALLS, () => native(TEXT));
  await measureAsync("native: construct + readResponse + read", SLOW_CALLS, () => readNative(native(TEXT)));
  await measureAsync("native: with a record of headers + read", SLOW_CALLS, () => readNative(native(TEXT, RECORD)));
  await measureAsync("native: as Hono's c.json + read", SLOW_CALLS, () => readNative(hono(native) as Response));
  await measureAsync("native: new Response(r.body, r) + read", SLOW_CALLS, () => {
    const response = native(TEXT);
    return readNative(native(response.body, response));
  });
  await measureAsync("native: construct + await text()", SLOW_CALLS, () => native(TEXT).text());
  await measureAsync("native: a Response without a body + read", SLOW_CALLS, () => readNative(native(null, { status: 204 })));
}

console.log(`${"".padEnd(56)} ${"best".padStart(8)} ${"median".padStart(8)}`);
await benchRequest();
await benchResponse();
if (sink === undefined) console.log("nothing was measured");
