import assert from "node:assert/strict";
import { test } from "node:test";
import { DEFAULT_LIMITS, type HttpLimits } from "../../../src/http/limits.ts";
import { eventsOf, exchange, latin1, splits } from "../../support/exchange_events.ts";
import { chunked, framed, get, GROUPS, headOf, HOST, LIMITS, target } from "../../support/refused_messages.ts";

const { targetBytes, fieldBytes, headBytes, fields } = DEFAULT_LIMITS;

/** What comes, whole and then cut: the same error, nothing after it, and no request of what stands behind. */
function refused(bytes: string, status: number, cuts: readonly Uint8Array[][], limits: Partial<HttpLimits> = {}): void {
  const whole = eventsOf([latin1(bytes)], limits);
  const last = whole[whole.length - 1];
  assert.ok(last !== undefined && "error" in last, `${JSON.stringify(bytes.slice(0, 200))} was not refused: ${JSON.stringify(whole)}`);
  assert.equal(last.error, status, last.reason);
  assert.match(last.reason, /^[\x20-\x7e]{1,100}$/);
  assert.ok(whole.filter((event) => "head" in event).length <= 1);
  for (const pieces of cuts) assert.deepEqual(eventsOf(pieces, limits), whole);
}

for (const [group, refusals] of Object.entries(GROUPS)) {
  for (const [name, bytes, status] of refusals) {
    test(`Exchange.next() refuses ${name} with ${status} (${group.toLowerCase()})`, () => refused(bytes, status, splits(latin1(bytes))));
  }
}

for (const [name, bytes, status] of LIMITS) {
  test(`Exchange.next() refuses ${name} with ${status} (limits)`, () => {
    const all = latin1(bytes);
    const last = all.length - 1;
    refused(bytes, status, [
      [all.slice(0, 5), all.slice(5)],
      [all.slice(0, last), all.slice(last)],
      Array.from(all, (_, at) => all.slice(at, at + 1)),
    ]);
  });
}

test("Exchange.next() takes what is exactly at a limit", () => {
  for (
    const bytes of [
      target(`/${"x".repeat(targetBytes - 1)}`),
      get(`x: ${"x".repeat(fieldBytes - 3)}\r\n`),
      get(`${"x".repeat(fieldBytes - 1)}:\r\n`),
      get("x: y\r\n".repeat(fields - 1)),
      headOf(headBytes),
      `${"M".repeat(32)} / HTTP/1.1\r\n${HOST}\r\n`,
      chunked(`0\r\nx: ${"x".repeat(fieldBytes - 3)}\r\n\r\n`),
      chunked(`0\r\n${"x: y\r\n".repeat(fields)}\r\n`),
      chunked(`000000000001\r\nA\r\n0\r\n\r\n`),
    ]
  ) {
    const events = eventsOf([latin1(bytes)]);
    assert.ok("end" in events[events.length - 1], JSON.stringify(events[events.length - 1]));
    assert.deepEqual(eventsOf(Array.from(latin1(bytes), (byte) => Uint8Array.of(byte))), events);
  }
});

test("Exchange.next() refuses a chunked body while it is counted", () => {
  const events = eventsOf([latin1(chunked("3\r\nabc\r\n3\r\ndef\r\n"))], { bodyBytes: 5 });
  assert.deepEqual(events.slice(1), [{ data: "abc" }, { error: 413, reason: "a body of more than 5 bytes" }]);
});

test("Exchange.next() refuses messages that FIN cuts short, and no others", () => {
  for (
    const bytes of [
      "G",
      "GET / HTTP/1.1\r\nHo",
      "GET / HTTP/1.1\r\nHost: a\r\n\r\nGET",
      chunked("5\r\nhel"),
      chunked("0\r\n"),
      framed("Content-Length: 99\r\n"),
    ]
  ) {
    const events = eventsOf([latin1(bytes)], {}, true);
    const last = events[events.length - 1];
    assert.equal("error" in last && last.error, 400, bytes);
  }
  for (const bytes of [get(""), "\r\n" + get(""), chunked("0\r\n\r\n")]) {
    const events = eventsOf([latin1(bytes)], {}, true);
    assert.ok("closed" in events[events.length - 1], bytes);
  }
});

test("Exchange.next() gives closed after an error, whatever comes", () => {
  const subject = exchange();
  subject.receive(latin1("GET /\x7f HTTP/1.1\r\n"));
  assert.throws(() => subject.next(), { name: "ProtocolError", status: 400 });
  subject.hold();
  assert.equal(subject.mustClose, true);
  subject.receive(latin1(get("")));
  assert.equal(subject.next().type, "closed");
  assert.equal(subject.held, 0);
});
