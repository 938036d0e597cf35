import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { exchange, latin1, text } from "../support/exchange_events.ts";
import { fieldOf, parseAnswer } from "../support/parse_answer.ts";

const TOKEN = "!#$%&'*+-.^_`|~0123456789ABCXYZabcxyz";
const OURS = /^(?:content-length|transfer-encoding|connection|keep-alive|proxy-connection|date)$/i;
const visible = fc.integer({ min: 0x21, max: 0xff }).filter((unit) => unit !== 0x7f).map((unit) => String.fromCharCode(unit));
const name = fc.string({ unit: fc.constantFrom(...TOKEN), minLength: 1, maxLength: 20 }).filter((name) => !OURS.test(name));
const value = fc.string({ unit: fc.oneof(visible, fc.constantFrom(" ", "\t")), maxLength: 30 }).map((value) =>
  value.replace(/^[ \t]+|[ \t]+$/g, "")
);
const fields = fc.array(fc.tuple(name, value), { maxLength: 8 });
const status = fc.integer({ min: 200, max: 599 });
const method = fc.constantFrom("GET", "HEAD", "POST");
const minor = fc.constantFrom(0, 1);
const bytes = fc.oneof(fc.uint8Array({ maxLength: 50 }), fc.uint8Array({ minLength: 1000, maxLength: 3000 }));
const body = fc.oneof(bytes, fc.string({ unit: "binary", maxLength: 50 }));
const encoder = new TextEncoder();

function bytesOf(body: string | Uint8Array): string {
  return text(typeof body === "string" ? encoder.encode(body) : body);
}

/** An exchange that owes an answer. */
function asked(method: string, minor: number) {
  const subject = exchange();
  subject.receive(latin1(`${method} / HTTP/1.${minor}\r\nHost: a\r\nConnection: keep-alive\r\n\r\n`));
  for (let event = subject.next(); event.type !== "paused";) event = subject.next();
  return subject;
}

function isBodyless(method: string, status: number): boolean {
  return method === "HEAD" || status === 204 || status === 205 || status === 304;
}

test("Exchange.sendWhole() writes what a strict reader reads back", () => {
  fc.assert(
    fc.property(method, minor, status, value, fields, body, (method, minor, status, reason, fields, body) => {
      const subject = asked(method, minor);
      const answer = parseAnswer(text(subject.sendWhole(status, reason, fields, body)), method);
      assert.equal(answer.status, status);
      if (reason !== "") assert.equal(answer.reason, reason);
      assert.deepEqual(answer.fields.slice(0, fields.length), fields.map(([name, value]) => [name.toLowerCase(), value]));
      assert.equal(answer.body, isBodyless(method, status) ? "" : bytesOf(body));
      assert.equal(answer.rest, "");
      assert.equal(subject.mustClose, false);
      assert.equal(subject.sentFields, answer.fields.length);
    }),
    { numRuns: 500 },
  );
});

test("Exchange.sendHead(), sendData() and sendEnd() write what a strict reader reads back", () => {
  fc.assert(
    fc.property(
      method,
      minor,
      status,
      fields,
      fc.array(body, { maxLength: 5 }),
      fc.boolean(),
      (method, minor, status, fields, chunks, known) => {
        const subject = asked(method, minor);
        const data = chunks.map(bytesOf).join("");
        const pieces = [subject.sendHead(status, "", fields, known ? data.length : null)];
        for (const chunk of chunks) pieces.push(...subject.sendData(chunk).map(text));
        pieces.push(subject.sendEnd());
        const answer = parseAnswer(pieces.join(""), method);
        assert.deepEqual(answer.fields.slice(0, fields.length), fields.map(([name, value]) => [name.toLowerCase(), value]));
        assert.equal(answer.body, isBodyless(method, status) ? "" : data);
        assert.equal(answer.rest, "");
        const toTheEnd = minor === 0 && !known && !isBodyless(method, status);
        assert.equal(subject.mustClose, toTheEnd);
        assert.equal(fieldOf(answer, "connection"), toTheEnd ? "close" : minor === 0 ? "keep-alive" : null);
      },
    ),
    { numRuns: 500 },
  );
});

test("Exchange.sendWhole() throws a TypeError or writes one answer, whatever it is given", () => {
  const anything = fc.oneof(
    fc.string({ unit: "binary", maxLength: 10 }),
    fc.string({ unit: fc.constantFrom("\r", "\n", "\0", " ", ":", "a", "\xff", "\u0100", ","), maxLength: 10 }),
    fc.constantFrom("content-length", "Transfer-Encoding", "connection", "date", "close", "chunked", "5", "005", "5, 5", "x\r\ny: z"),
  );
  fc.assert(
    fc.property(method, minor, status, anything, fc.array(fc.tuple(anything, anything), { maxLength: 5 }), body, (...given) => {
      const [method, minor, status, reason, fields, body] = given;
      const subject = asked(method, minor);
      let piece: string | Uint8Array;
      try {
        piece = subject.sendWhole(status, reason, fields, body);
      } catch (error) {
        assert.ok(error instanceof TypeError);
        assert.equal(subject.answering, false);
        return;
      }
      const answer = parseAnswer(text(piece), method);
      assert.equal(answer.body, isBodyless(method, status) ? "" : bytesOf(body));
      assert.equal(answer.rest, "");
    }),
    { numRuns: 2000 },
  );
});
