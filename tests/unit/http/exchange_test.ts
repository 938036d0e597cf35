import assert from "node:assert/strict";
import { test } from "node:test";
import { ProtocolError } from "../../../src/errors.ts";
import { Exchange } from "../../../src/http/exchange.ts";
import { HeadReaders } from "../../../src/http/head_readers.ts";
import { decodeLatin1 } from "../../../src/http/latin1.ts";
import { DEFAULT_LIMITS } from "../../../src/http/limits.ts";
import { DATE, exchange, latin1, linesOf, text } from "../../support/exchange_events.ts";

const GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

function post(length: number, body = ""): string {
  return `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${length}\r\n\r\n${body}`;
}

const CHUNKED = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";

/** The types of what comes until nothing more does. */
function types(subject: Exchange): string[] {
  const found: string[] = [];
  for (;;) {
    const { type } = subject.next();
    found.push(type);
    if (type !== "head" && type !== "data" && type !== "end") return found;
  }
}

function receive(subject: Exchange, bytes: string): string[] {
  subject.receive(latin1(bytes));
  const found = types(subject);
  subject.hold();
  return found;
}

test("Exchange.next() gives one request, and pauses until it was answered", () => {
  const subject = exchange();
  assert.deepEqual(types(subject), ["need-more"]);
  assert.deepEqual(receive(subject, GET + GET), ["head", "end", "paused"]);
  assert.equal(subject.held, GET.length);
  assert.deepEqual(types(subject), ["paused"]);
  subject.sendWhole(204, "", [], null);
  assert.deepEqual(types(subject), ["paused"]);
  subject.nextRequest();
  assert.deepEqual(types(subject), ["head", "end", "paused"]);
  assert.equal(subject.held, 0);
});

test("Exchange.next() goes on with a body while its answer is being sent", () => {
  const subject = exchange();
  assert.deepEqual(receive(subject, post(4, "ab")), ["head", "data", "need-more"]);
  subject.sendHead(200, "", [], null);
  assert.deepEqual(receive(subject, "cd"), ["data", "end", "paused"]);
  subject.sendEnd();
  subject.nextRequest();
  assert.deepEqual(receive(subject, GET), ["head", "end", "paused"]);
});

test("Exchange.hold() copies what is left, and a thousand pipelined requests in order cost O(n)", () => {
  const subject = exchange();
  const chunk = latin1(Array.from({ length: 1000 }, (_, n) => `GET /${n} HTTP/1.1\r\nHost: a\r\n\r\n`).join(""));
  subject.receive(chunk);
  for (let n = 0; n < 1000; n++) {
    const head = subject.next();
    assert.equal(head.type === "head" && head.target, `/${n}`);
    assert.equal(subject.next().type, "end");
    assert.equal(subject.next().type, "paused");
    subject.hold();
    if (n === 0) chunk.fill(0);
    subject.sendWhole(204, "", [], null);
    subject.nextRequest();
  }
  assert.deepEqual(types(subject), ["need-more"]);
  assert.equal(subject.held, 0);
});

test("Exchange.receive() takes bytes behind those that are held", () => {
  const subject = exchange();
  assert.deepEqual(receive(subject, GET + "GET /a"), ["head", "end", "paused"]);
  assert.deepEqual(receive(subject, "b HTTP/1.1\r\nHost"), ["paused"]);
  assert.deepEqual(receive(subject, ": a\r\n\r\nG"), ["paused"]);
  subject.sendWhole(204, "", [], null);
  subject.nextRequest();
  const head = subject.next();
  assert.equal(head.type === "head" && head.target, "/ab");
  assert.equal(subject.held, 1);
});

test("Exchange.bodyLimit holds for one request, and may be raised or lowered before its body is read", () => {
  const subject = exchange({ bodyBytes: 3 });
  subject.receive(latin1(post(5, "hello") + post(4, "well")));
  assert.equal(subject.next().type, "head");
  subject.bodyLimit = 5;
  assert.deepEqual(types(subject), ["data", "end", "paused"]);
  subject.sendWhole(204, "", [], null);
  subject.nextRequest();
  assert.equal(subject.next().type, "head");
  assert.equal(subject.bodyLimit, 3);
  assert.throws(() => subject.next(), { status: 413 });
  const lowered = exchange();
  lowered.receive(latin1(CHUNKED + "5\r\nhello\r\n1\r\n!\r\n"));
  lowered.next();
  lowered.bodyLimit = 5;
  assert.equal(lowered.next().type, "data");
  assert.throws(() => lowered.next(), { status: 413, message: "a body of more than 5 bytes" });
});

test("Exchange.next() refuses a length over the limit before any of the body has come", () => {
  const subject = exchange({ bodyBytes: 3 });
  subject.receive(latin1(post(4)));
  assert.equal(subject.next().type, "head");
  assert.throws(() => subject.next(), { status: 413 });
});

test("Exchange.skipBody() reads the rest without giving it, and the next request comes", () => {
  for (const [first, rest] of [[post(8, "ab"), "cdefgh"], [CHUNKED + "2\r\nab\r\n", "5\r\nhello\r\n0\r\nx: y\r\n\r\n"]]) {
    const subject = exchange();
    assert.deepEqual(receive(subject, first), ["head", "data", "need-more"]);
    subject.sendWhole(200, "", [], "done");
    assert.equal(subject.mustClose, false);
    assert.equal(subject.skipBody(), true);
    assert.deepEqual(types(subject), ["need-more"]);
    assert.throws(() => subject.nextRequest(), TypeError);
    assert.deepEqual(receive(subject, rest + GET), ["end", "paused"]);
    subject.nextRequest();
    assert.deepEqual(types(subject), ["head", "end", "paused"]);
  }
});

test("Exchange.skipBody() gives up on more than it may discard: at once if the length is known", () => {
  const known = exchange({ discardBytes: 10 });
  assert.deepEqual(receive(known, post(13, "ab")), ["head", "data", "need-more"]);
  assert.match(text(known.sendWhole(200, "", [], "done")), /connection: close/);
  assert.equal(known.skipBody(), false);
  assert.equal(known.mustClose, true);
  const chunked = exchange({ discardBytes: 10 });
  assert.deepEqual(receive(chunked, CHUNKED + "2\r\nab\r\n"), ["head", "data", "need-more"]);
  assert.doesNotMatch(text(chunked.sendWhole(200, "", [], "done")), /connection/);
  assert.equal(chunked.skipBody(), true);
  assert.deepEqual(receive(chunked, "a\r\n0123456789\r\n"), ["need-more"]);
  assert.throws(() => receive(chunked, "1\r\n"), { status: 413 });
  assert.equal(chunked.mustClose, true);
});

test("Exchange.skipBody() has nothing to skip behind a body that is in", () => {
  const subject = exchange();
  receive(subject, post(2, "ab"));
  assert.equal(subject.skipBody(), true);
});

test("Exchange.receiveEnd() lets what came before it be answered", () => {
  const subject = exchange();
  assert.deepEqual(receive(subject, GET + GET), ["head", "end", "paused"]);
  subject.receiveEnd();
  assert.deepEqual(types(subject), ["paused"]);
  subject.sendWhole(204, "", [], null);
  subject.nextRequest();
  assert.deepEqual(types(subject), ["head", "end", "paused"]);
  subject.sendWhole(204, "", [], null);
  subject.nextRequest();
  assert.deepEqual(types(subject), ["closed"]);
  assert.equal(subject.mustClose, true);
});

test("Exchange.receiveEnd() without a request closes", () => {
  const subject = exchange();
  subject.receiveEnd();
  assert.deepEqual(types(subject), ["closed"]);
});

test("Exchange.closeAfter() makes the current request the last, and what follows is dropped", () => {
  const subject = exchange();
  assert.deepEqual(receive(subject, GET + GET), ["head", "end", "paused"]);
  subject.sendHead(200, "", [], null);
  subject.closeAfter();
  subject.hold();
  assert.equal(subject.held, 0);
  subject.receive(latin1(GET));
  assert.equal(subject.held, 0);
  subject.sendEnd();
  subject.nextRequest();
  assert.deepEqual(types(subject), ["closed"]);
});

test("Exchange.nextRequest() is refused until both sides are done", () => {
  const subject = exchange();
  assert.throws(() => subject.nextRequest(), TypeError);
  receive(subject, post(2, "a"));
  assert.throws(() => subject.nextRequest(), TypeError);
  subject.sendWhole(204, "", [], null);
  assert.throws(() => subject.nextRequest(), TypeError);
  assert.deepEqual(receive(subject, "b"), ["data", "end", "paused"]);
  subject.nextRequest();
});

/** Milliseconds that a head of so many bytes takes, byte by byte: the best of several, as whatever disturbs one makes it longer. */
function byteByByte(size: number): number {
  const subject = exchange({ fieldBytes: size });
  const bytes = latin1(`GET / HTTP/1.1\r\nHost: a\r\nx: ${"y".repeat(size - 100)}\r\n\r\n`);
  const one = new Uint8Array(1);
  let best = Infinity;
  for (let round = 0; round < 10; round++) {
    const start = performance.now();
    for (const byte of bytes) {
      one[0] = byte;
      subject.receive(one);
      const event = subject.next();
      assert.equal(event.type, subject.held === 0 ? "head" : "need-more");
      subject.hold();
    }
    best = Math.min(best, performance.now() - start);
    assert.equal(subject.next().type, "end");
    subject.sendWhole(204, "", [], null);
    subject.nextRequest();
  }
  return best;
}

test("Exchange reads a head that comes byte by byte in linear time", () => {
  byteByByte(4096);
  // Four times the bytes: 4 times the time; it would be 16 times if each byte had the line, or the head, read anew. A busy machine may
  // spoil a try, and no number of them makes 9 of 16.
  const tries = Array.from({ length: 5 }, () => byteByByte(16_384) / byteByByte(4096));
  assert.ok(Math.min(...tries) < 9, `${tries}`);
});

/** Milliseconds that a chunked body takes of which a piece comes at a time. */
function chunkedTime(pieces: readonly Uint8Array[], dataEvents: number): number {
  let best = Infinity;
  for (let round = 0; round < 3; round++) {
    const subject = exchange();
    assert.deepEqual(receive(subject, "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"), ["head", "need-more"]);
    let data = 0;
    let last = "";
    const start = performance.now();
    for (const piece of pieces) {
      subject.receive(piece);
      do {
        last = subject.next().type;
        if (last === "data") data++;
      } while (last !== "need-more" && last !== "end");
      subject.hold();
    }
    best = Math.min(best, performance.now() - start);
    assert.deepEqual([data, last], [dataEvents, "end"]);
  }
  return best;
}

const byteWise = (bytes: Uint8Array) => Array.from(bytes, (_, at) => bytes.slice(at, at + 1));
/** 98 lines, of the 100 that there may be. */
const trailers = (bytes: number) => latin1(`0\r\n${`x: ${"y".repeat(bytes / 98 - 5)}\r\n`.repeat(98)}\r\n`);
const oneByteChunks = (count: number) => latin1(`${"1\r\nA\r\n".repeat(count)}0\r\n\r\n`);

const BODIES: readonly (readonly [what: string, time: (scale: number) => number])[] = [
  ["trailers that come byte by byte", (scale) => chunkedTime(byteWise(trailers(1960 * scale)), 0)],
  ["chunks of one byte that come at once", (scale) => chunkedTime([oneByteChunks(1000 * scale)], 1000 * scale)],
  ["chunks of one byte that come byte by byte", (scale) => chunkedTime(byteWise(oneByteChunks(1000 * scale)), 1000 * scale)],
];

for (const [what, time] of BODIES) {
  test(`Exchange reads ${what} in linear time`, () => {
    time(1);
    // 8 times the bytes: it would be 64 times if what has come were read or copied anew. As above, a busy machine may spoil a try.
    const tries = Array.from({ length: 5 }, () => time(8) / time(1));
    assert.ok(Math.min(...tries) < 24, `${tries}`);
  });
}

test("Exchanges that share head readers keep their heads apart, however they are cut and whichever fails", () => {
  const readers = new HeadReaders(DEFAULT_LIMITS, decodeLatin1);
  const bytes = latin1("GET /a HTTP/1.1\r\nHost: a\r\nX-One: 1\r\n\r\n");
  const make = () => new Exchange(DEFAULT_LIMITS, () => DATE, decodeLatin1, readers);
  for (let cut = 1; cut < bytes.length; cut++) {
    const [first, second, broken] = [make(), make(), make()];
    first.receive(bytes.subarray(0, cut));
    assert.equal(first.next().type, "need-more");
    first.hold();
    broken.receive(latin1("GET /b HTTP/1.1\r\nHost: b\r\nbad line"));
    assert.throws(() => broken.next(), ProtocolError);
    second.receive(latin1("POST /c HTTP/1.0\r\nContent-Length: 1\r\n\r\n"));
    const other = second.next();
    assert.deepEqual([other.type === "head" && other.target, other.type === "head" && other.minor], ["/c", 0]);
    first.receive(bytes.subarray(cut));
    const head = first.next();
    assert.ok(head.type === "head");
    assert.deepEqual([head.target, linesOf(head.fields)], ["/a", ["Host: a", "X-One: 1"]]);
  }
});
