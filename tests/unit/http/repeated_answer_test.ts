import assert from "node:assert/strict";
import { test } from "node:test";
import type { RepeatedFields } from "../../../src/contract/engine.ts";
import { decodeLatin1 } from "../../../src/http/latin1.ts";
import { type Piece, Writer } from "../../../src/http/writer.ts";

const FIELDS = [["content-type", "text/plain"], ["content-length", "4"], ["etag", `W/"a"`]] as const;

function repeated(): RepeatedFields {
  return { kept: null, [Symbol.iterator]: () => FIELDS[Symbol.iterator]() };
}

function textOf(piece: Piece): string {
  return typeof piece === "string" ? piece : decodeLatin1(piece, 0, piece.length);
}

test("Writer.whole() of an answer that is given again and again sends what it sends of any other", () => {
  const clock = { date: "one" };
  const writer = new Writer(() => clock.date, decodeLatin1);
  const other = new Writer(() => clock.date, decodeLatin1);
  for (const body of [new TextEncoder().encode("text"), null]) {
    const fields = repeated();
    for (const date of ["one", "one", "two"]) {
      clock.date = date;
      for (const method of ["GET", "HEAD", "GET"]) {
        for (const minor of [1, 0, 1] as const) {
          for (const close of [false, true, false]) {
            const to = { method, minor, close };
            const status = body === null ? 304 : 200;
            const sent = textOf(writer.whole(to, status, "", fields, body));
            assert.equal(sent, textOf(other.whole(to, status, "", FIELDS, body)), JSON.stringify({ ...to, date }));
            assert.deepEqual([writer.closes, writer.headFields, writer.headBytes], [other.closes, other.headFields, other.headBytes]);
          }
        }
      }
    }
  }
});

test("Writer.whole() of an answer that is given again and again makes its bytes once while the date holds", () => {
  const clock = { date: "one" };
  const writer = new Writer(() => clock.date, decodeLatin1);
  const fields = repeated();
  const send = () => writer.whole({ method: "GET", minor: 1, close: false }, 200, "", fields, new Uint8Array(4));
  const large = repeated();
  const sendLarge = () => writer.whole({ method: "GET", minor: 1, close: false }, 200, "", large, new Uint8Array(2000));
  assert.throws(sendLarge, /2000 bytes long and its content-length is 4/);
  assert.equal(send(), send());
  clock.date = "two";
  assert.match(textOf(send()), /date: two/);
});
