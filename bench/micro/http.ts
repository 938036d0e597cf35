/**
 * What HTTP/1.1 costs, in microseconds of one call: `node bench/micro/http.ts`, and the same with `bun` and `deno run`.
 * Each figure is the best of several rounds: what disturbs a round only makes it longer.
 */
import type { DecodeLatin1 } from "../../src/contract/bytes.ts";
import { Exchange } from "../../src/http/exchange.ts";
import { HeadReader } from "../../src/http/head_reader.ts";
import type { HttpHead } from "../../src/http/http_head.ts";
import { decodeLatin1 } from "../../src/http/latin1.ts";
import { DEFAULT_LIMITS } from "../../src/http/limits.ts";
import { ReceiveBuffer } from "../../src/http/receive_buffer.ts";
import { Writer } from "../../src/http/writer.ts";
import { createNodeLatin1 } from "../../src/io/node_latin1.ts";
import { BROWSER_LINES } from "./browser_lines.ts";

const encoder = new TextEncoder();
const DATE = "Tue, 24 Nov 2026 12:00:00 GMT";
const date = () => DATE;
const FIELDS = [["content-type", "text/plain;charset=UTF-8"]] as const;
const BODY = "Hello, World!";

const SMALL = "GET / HTTP/1.1\r\nHost: localhost:8080\r\n\r\n";
const BROWSER = `${BROWSER_LINES.join("\r\n")}\r\n\r\n`;
const POST = "POST /api HTTP/1.1\r\nHost: localhost:8080\r\nContent-Type: application/json\r\nContent-Length: 1024\r\n\r\n" +
  "x".repeat(1024);

const ROUNDS = 150;
const CALLS = 3_000;

function measure(name: string, run: () => number): void {
  let best = Infinity;
  let sink = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const start = performance.now();
    for (let call = 0; call < CALLS; call++) sink += run();
    best = Math.min(best, (performance.now() - start) / CALLS);
  }
  console.log(`${name.padEnd(44)} ${(best * 1000).toFixed(3)} us${sink === 0 ? " ?" : ""}`);
}

/** A read buffer as an engine hands it over. */
function chunkOf(text: string): Uint8Array {
  const bytes = new Uint8Array(65_536);
  encoder.encodeInto(text, bytes);
  return bytes.subarray(0, text.length);
}

/** The head reader alone. */
function heads(text: string): () => number {
  const chunk = chunkOf(text);
  const reader = new HeadReader(DEFAULT_LIMITS, createNodeLatin1());
  const input = new ReceiveBuffer();
  return () => {
    input.append(chunk);
    return reader.read(input)?.bytes ?? 0;
  };
}

/** A request as a connection reads and answers it. */
function requests(
  latin1: DecodeLatin1,
  text: string,
  answer: (exchange: Exchange) => number,
  touch: (head: HttpHead) => number,
): () => number {
  const chunk = chunkOf(text);
  const exchange = new Exchange(DEFAULT_LIMITS, date, latin1);
  return () => {
    let result = 0;
    exchange.receive(chunk);
    for (;;) {
      const event = exchange.next();
      if (event.type === "head") result += touch(event);
      else if (event.type === "paused" || event.type === "need-more") break;
    }
    exchange.hold();
    result += answer(exchange);
    exchange.nextRequest();
    return result;
  };
}

const short = (exchange: Exchange) => exchange.sendWhole(204, "", [], null).length;
const whole = (exchange: Exchange) => exchange.sendWhole(200, "", FIELDS, BODY).length;
const bytesBody = encoder.encode(BODY);
const wholeBytes = (exchange: Exchange) => exchange.sendWhole(200, "", FIELDS, bytesBody).length;
const untouched = (head: HttpHead) => head.bytes;
const target = (head: HttpHead) => head.target.length + head.authority.length;
const oneField = (head: HttpHead) => head.fields.first("accept-encoding")?.length ?? 1;
function allFields(head: HttpHead): number {
  let length = 0;
  for (let index = 0; index < head.fields.count; index++) length += head.fields.name(index).length + head.fields.value(index).length;
  return length;
}

measure("head reader, small head", heads(SMALL));
measure("head reader, browser head", heads(BROWSER));
const writer = new Writer(date, createNodeLatin1());
const to = { method: "GET", minor: 1, close: false } as const;
measure("writer, hello", () => writer.whole(to, 200, "", FIELDS, BODY).length);
measure("writer, hello bytes", () => writer.whole(to, 200, "", FIELDS, bytesBody).length);

for (const [name, latin1] of [["", createNodeLatin1()], [", portable latin1", decodeLatin1]] as const) {
  measure(`small head, 204${name}`, requests(latin1, SMALL, short, untouched));
  measure(`small head, target and host, hello${name}`, requests(latin1, SMALL, whole, target));
  measure(`small head, target and host, hello bytes${name}`, requests(latin1, SMALL, wholeBytes, target));
  measure(`browser head, 204${name}`, requests(latin1, BROWSER, short, untouched));
  measure(`browser head, one field, 204${name}`, requests(latin1, BROWSER, short, oneField));
  measure(`browser head, all fields, 204${name}`, requests(latin1, BROWSER, short, allFields));
  measure(`post of 1 KiB, 204${name}`, requests(latin1, POST, short, untouched));
}
