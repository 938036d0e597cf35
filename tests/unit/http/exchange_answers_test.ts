import assert from "node:assert/strict";
import { test } from "node:test";
import type { Exchange } from "../../../src/http/exchange.ts";
import type { Piece } from "../../../src/http/writer.ts";
import { DATE, exchange, latin1, text } from "../../support/exchange_events.ts";
import { fieldOf, parseAnswer } from "../../support/parse_answer.ts";

const HTTP10 = "GET / HTTP/1.0\r\n\r\n";
const HTTP10_KEEP = "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n";
const encoder = new TextEncoder();

function request(line = "GET /", fields = ""): string {
  return `${line} HTTP/1.1\r\nHost: a\r\n${fields}\r\n`;
}

/** An exchange that has read a request, and all of it that came. */
function asked(bytes = request()): Exchange {
  const subject = exchange();
  subject.receive(latin1(bytes));
  for (let event = subject.next(); event.type === "head" || event.type === "data" || event.type === "end";) event = subject.next();
  subject.hold();
  return subject;
}

function joined(pieces: readonly Piece[]): string {
  return pieces.map(text).join("");
}

test("Exchange.sendWhole() gives head and body in one piece", () => {
  assert.equal(
    asked().sendWhole(200, "", [["content-type", "text/plain"]], "hello"),
    `HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: 5\r\ndate: ${DATE}\r\n\r\nhello`,
  );
});

test("Exchange.sendWhole() sends strings as UTF-8 and bytes as they are, short and long", () => {
  const long = "x".repeat(5000);
  const all = Uint8Array.from({ length: 2000 }, (_, at) => at % 256);
  const bodies: (readonly [string | Uint8Array, Uint8Array])[] = [
    ["", new Uint8Array()],
    [new Uint8Array(), new Uint8Array()],
    ["caf\xe9 \u20ac \u{1f600}", encoder.encode("caf\xe9 \u20ac \u{1f600}")],
    [long, encoder.encode(long)],
    [`${long}\u20ac`, encoder.encode(`${long}\u20ac`)],
    [all, all],
    [all.subarray(100, 356), all.slice(100, 356)],
    ["\ud800", encoder.encode("\ufffd")],
  ];
  for (const [body, bytes] of bodies) {
    const answer = parseAnswer(text(asked().sendWhole(200, "", [["x", "\xff"]], body)));
    assert.equal(answer.body, text(bytes));
    assert.equal(fieldOf(answer, "content-length"), String(bytes.length));
    assert.equal(fieldOf(answer, "x"), "\xff");
    assert.equal(answer.rest, "");
  }
});

test("Exchange.sendWhole() gives a phrase of its own, the registered one, or none", () => {
  assert.equal(parseAnswer(text(asked().sendWhole(404, "", [], null))).reason, "Not Found");
  assert.equal(parseAnswer(text(asked().sendWhole(404, "Gone fishing \xe9", [], null))).reason, "Gone fishing \xe9");
  assert.equal(parseAnswer(text(asked().sendWhole(299, "", [], null))).reason, "");
});

test("Exchange.sendWhole() sends no body where there is none: HEAD, 204, 205, 304", () => {
  const bodies = [null, "", "hello", encoder.encode("hello")];
  for (const body of bodies) {
    const head = parseAnswer(text(asked(request("HEAD /")).sendWhole(200, "", [], body)), "HEAD");
    assert.equal(fieldOf(head, "content-length"), body === null ? null : String(body.length));
    assert.equal(head.rest, "");
    for (const status of [204, 205, 304]) {
      const answer = parseAnswer(text(asked().sendWhole(status, "", [], body)));
      assert.equal(fieldOf(answer, "content-length"), status === 205 ? "0" : null);
      assert.equal(answer.rest, "");
    }
  }
});

test("Exchange.sendWhole() keeps the length that an app declares for HEAD and 304, and drops that of 204", () => {
  const length: [string, string][] = [["Content-Length", "42"]];
  assert.equal(fieldOf(parseAnswer(text(asked(request("HEAD /")).sendWhole(200, "", length, null)), "HEAD"), "content-length"), "42");
  assert.equal(fieldOf(parseAnswer(text(asked().sendWhole(304, "", length, null))), "content-length"), "42");
  assert.equal(fieldOf(parseAnswer(text(asked().sendWhole(204, "", length, null))), "content-length"), null);
});

test("Exchange.sendWhole() refuses a body that is not as long as declared, and another answer may be sent", () => {
  for (const declared of ["4", "6", "0", "5, 5", "-5", "+5", "0x5", "", "5.0", "9007199254740993"]) {
    const subject = asked();
    assert.throws(() => subject.sendWhole(200, "", [["content-length", declared]], "hello"), TypeError, declared);
    assert.equal(subject.answering, false);
    assert.equal(parseAnswer(text(subject.sendWhole(500, "", [], "no"))).status, 500);
  }
  assert.throws(() => asked().sendWhole(200, "", [["content-length", "5"], ["Content-Length", "6"]], "hello"), TypeError);
  const answer = parseAnswer(text(asked().sendWhole(200, "", [["content-length", "5"], ["Content-Length", "005"]], "hello")));
  assert.deepEqual(answer.fields.filter(([name]) => name === "content-length"), [["content-length", "5"]]);
});

test("Exchange.sendWhole() cannot be made to split an answer", () => {
  const evil = ["a\r\nb: c", "a\nb: c", "a\rb", "a\0b", "a\r\n\r\n<html>", "\u010a", "a\u2028b", "\x7f", "\x1b[0m"];
  for (const value of evil) {
    assert.throws(() => asked().sendWhole(200, "", [["x", value]], null), TypeError, JSON.stringify(value));
    assert.throws(() => asked().sendWhole(200, value, [], null), TypeError, JSON.stringify(value));
    assert.throws(() => asked().sendWhole(200, "", [[value, "x"]], null), TypeError, JSON.stringify(value));
    assert.throws(() => asked().sendWhole(200, "", [["connection", value]], null), TypeError, JSON.stringify(value));
    assert.throws(() => asked().sendHead(200, "", [["x", value]], null), TypeError, JSON.stringify(value));
    assert.throws(() => asked().sendInformational(103, [["link", value]]), TypeError, JSON.stringify(value));
  }
  for (const name of ["", "a b", "a:", "a\t", "\xe9", "(x)"]) {
    assert.throws(() => asked().sendWhole(200, "", [[name, "x"]], null), TypeError, JSON.stringify(name));
  }
});

test("Exchange.sendWhole() refuses a status that is none of an answer's", () => {
  for (const status of [0, 99, 100, 101, 199, 600, 1000, 200.5, NaN, -200]) {
    assert.throws(() => asked().sendWhole(status, "", [], null), TypeError, String(status));
    assert.throws(() => asked().sendHead(status, "", [], null), TypeError, String(status));
  }
});

test("Exchange.sendWhole() writes the fields that are the server's own, whatever the app says of them", () => {
  const answer = parseAnswer(text(
    asked().sendWhole(200, "", [
      ["Transfer-Encoding", "chunked"],
      ["Keep-Alive", "timeout=5"],
      ["Proxy-Connection", "keep-alive"],
      ["Connection", "keep-alive"],
      ["Date", "Mon, 01 Jan 2001 00:00:00 GMT"],
      ["date", "Tue, 02 Jan 2001 00:00:00 GMT"],
      ["Server", "app"],
    ], "hi"),
  ));
  assert.deepEqual(answer.fields, [["date", "Mon, 01 Jan 2001 00:00:00 GMT"], ["server", "app"], ["content-length", "2"]]);
});

test("Exchange.sendWhole() honours an app's Connection: close, and keeps its other options", () => {
  const subject = asked();
  const answer = parseAnswer(text(subject.sendWhole(426, "", [["connection", "Upgrade, Close"], ["upgrade", "h2c"]], null)));
  assert.equal(fieldOf(answer, "connection"), "close, upgrade");
  assert.equal(subject.mustClose, true);
  const empty = asked().sendWhole(200, "", [["connection", ", x,, ,y,"]], null);
  assert.equal(fieldOf(parseAnswer(text(empty)), "connection"), "x, y");
  const other = asked();
  assert.equal(
    fieldOf(parseAnswer(text(other.sendWhole(426, "", [["connection", "upgrade"], ["upgrade", "h2c"]], null))), "connection"),
    "upgrade",
  );
  assert.equal(other.mustClose, false);
});

test("Exchange.sendWhole() sends no upgrade field without its connection option", () => {
  const answer = parseAnswer(text(asked().sendWhole(426, "", [["Upgrade", "h2c"], ["upgrade", "websocket"]], null)));
  assert.equal(fieldOf(answer, "connection"), "upgrade");
});

test("Exchange.sendWhole() says what becomes of the connection, by the request's version", () => {
  const cases: (readonly [bytes: string, connection: string | null, mustClose: boolean])[] = [
    [request(), null, false],
    [request("GET /", "Connection: close\r\n"), "close", true],
    [HTTP10, "close", true],
    [HTTP10_KEEP, "keep-alive", false],
  ];
  for (const [bytes, connection, mustClose] of cases) {
    const subject = asked(bytes);
    assert.equal(fieldOf(parseAnswer(text(subject.sendWhole(200, "", [], "hi"))), "connection"), connection);
    assert.equal(subject.mustClose, mustClose);
  }
  const subject = asked();
  subject.closeAfter();
  assert.equal(fieldOf(parseAnswer(text(subject.sendWhole(200, "", [], "hi"))), "connection"), "close");
});

test("Exchange.sendHead() frames by the length, by chunks, or by the connection's end", () => {
  const known = asked();
  assert.equal(
    text(known.sendHead(200, "", [], 5)) + joined(known.sendData("he")) + joined(known.sendData("llo")) + known.sendEnd(),
    `HTTP/1.1 200 OK\r\ncontent-length: 5\r\ndate: ${DATE}\r\n\r\nhello`,
  );
  const declared = asked();
  assert.equal(fieldOf(parseAnswer(declared.sendHead(200, "", [["Content-Length", "5"]], null) + "12345"), "content-length"), "5");
  const chunked = asked();
  const answer = text(chunked.sendHead(200, "", [], null)) + joined(chunked.sendData("hello")) +
    joined(chunked.sendData(new Uint8Array(20))) +
    chunked.sendEnd();
  assert.equal(
    answer,
    `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\ndate: ${DATE}\r\n\r\n5\r\nhello\r\n14\r\n${"\0".repeat(20)}\r\n0\r\n\r\n`,
  );
  assert.equal(chunked.mustClose, false);
  const old = asked(HTTP10_KEEP);
  assert.equal(
    text(old.sendHead(200, "", [], null)) + joined(old.sendData("hello")) + old.sendEnd(),
    `HTTP/1.1 200 OK\r\ndate: ${DATE}\r\nconnection: close\r\n\r\nhello`,
  );
  assert.equal(old.mustClose, true);
});

test("Exchange.sendHead() refuses two lengths that differ", () => {
  assert.throws(() => asked().sendHead(200, "", [["content-length", "4"]], 5), TypeError);
});

test("Exchange.sendData() never sends more than was declared, nor sendEnd() less", () => {
  const longer = asked();
  longer.sendHead(200, "", [], 5);
  longer.sendData("hel");
  assert.throws(() => longer.sendData("lo!"), { name: "TypeError", message: /longer than its content-length/ });
  const shorter = asked();
  shorter.sendHead(200, "", [["content-length", "5"]], null);
  shorter.sendData(encoder.encode("\u20ac"));
  assert.throws(() => shorter.sendEnd(), { name: "TypeError", message: /2 bytes short/ });
  assert.throws(() => shorter.nextRequest(), TypeError);
});

test("Exchange.sendData() gives large chunks without a copy, and an empty one not at all", () => {
  const subject = asked();
  subject.sendHead(200, "", [], null);
  assert.deepEqual(subject.sendData(new Uint8Array()), []);
  assert.deepEqual(subject.sendData(""), []);
  const large = new Uint8Array(70_000);
  const pieces = subject.sendData(large);
  assert.equal(pieces[1], large);
  assert.equal(joined(pieces), `${(70_000).toString(16)}\r\n${"\0".repeat(70_000)}\r\n`);
  assert.equal(joined(subject.sendData("\u20ac")), "3\r\n\xe2\x82\xac\r\n");
});

test("Exchange.sendData() sends nothing where there is no body", () => {
  for (const [line, status] of [["HEAD /", 200], ["GET /", 204], ["GET /", 205], ["GET /", 304]] as const) {
    const subject = asked(request(line));
    const answer = text(subject.sendHead(status, "", [], null)) + joined(subject.sendData("hello")) + subject.sendEnd([["x", "y"]]);
    assert.equal(parseAnswer(answer, line.slice(0, 4)).rest, "", `${line} ${status}`);
    assert.equal(answer.includes("chunked"), false);
    assert.equal(subject.mustClose, false);
  }
});

test("Exchange.sendEnd() sends trailers with chunks, none elsewhere, and none that frame", () => {
  const subject = asked();
  const answer = subject.sendHead(200, "", [], null) + joined(subject.sendData("hi")) + subject.sendEnd([["x-sum", "1"]]);
  assert.deepEqual(parseAnswer(answer).trailers, [["x-sum", "1"]]);
  const other = asked();
  other.sendHead(200, "", [], null);
  assert.throws(() => other.sendEnd([["Content-Length", "1"]]), TypeError);
  assert.throws(() => other.sendEnd([["x", "a\r\nb"]]), TypeError);
  const known = asked();
  known.sendHead(200, "", [], 0);
  assert.equal(known.sendEnd([["x", "y"]]), "");
});

test("Exchange.sendInformational() sends 100 and 103, to those who know them, before the answer", () => {
  const subject = asked(request("POST /", "Expect: 100-continue\r\nContent-Length: 5\r\n"));
  assert.equal(subject.awaitsContinue, true);
  assert.equal(
    subject.sendInformational(103, [["link", "</a.css>; rel=preload"]]),
    "HTTP/1.1 103 Early Hints\r\nlink: </a.css>; rel=preload\r\n\r\n",
  );
  assert.equal(subject.awaitsContinue, true);
  assert.equal(subject.sendInformational(100), "HTTP/1.1 100 Continue\r\n\r\n");
  assert.equal(subject.awaitsContinue, false);
  subject.sendHead(200, "", [], null);
  assert.equal(subject.sendInformational(103), "");
  assert.equal(asked(HTTP10).sendInformational(103), "");
});

test("Exchange closes the connection of a client that waits for 100 Continue and gets its answer instead", () => {
  for (
    const send of [(subject: Exchange) => subject.sendWhole(403, "", [], "no"), (subject: Exchange) => subject.sendHead(403, "", [], 2)]
  ) {
    const subject = asked(request("POST /", "Expect: 100-continue\r\nContent-Length: 5\r\n"));
    assert.match(text(send(subject)), /\r\nconnection: close\r\n/);
    assert.equal(subject.mustClose, true);
    assert.equal(subject.skipBody(), false);
  }
  const sent = exchange();
  sent.receive(latin1(request("POST /", "Expect: 100-continue\r\nContent-Length: 5\r\n") + "h"));
  for (let event = sent.next(); event.type !== "need-more";) event = sent.next();
  assert.equal(sent.awaitsContinue, false);
  assert.doesNotMatch(text(sent.sendWhole(403, "", [], "no")), /connection/);
});

test("Exchange.errorAnswer() is a whole answer that closes, and echoes nothing", () => {
  const subject = exchange();
  subject.receive(latin1("GET /secret\x01 HTTP/1.1\r\n"));
  assert.throws(() => subject.next());
  const answer = parseAnswer(text(subject.errorAnswer(400, "a bad byte", [["retry-after", "1"]])));
  assert.deepEqual(answer, {
    status: 400,
    reason: "Bad Request",
    fields: [
      ["content-type", "text/plain;charset=UTF-8"],
      ["retry-after", "1"],
      ["content-length", "11"],
      ["date", DATE],
      ["connection", "close"],
    ],
    body: "a bad byte\n",
    trailers: [],
    rest: "",
  });
  assert.equal(subject.mustClose, true);
  assert.throws(() => subject.errorAnswer(400, "again"), TypeError);
  assert.equal(parseAnswer(text(asked(request("HEAD /")).errorAnswer(503, "busy")), "HEAD").rest, "");
});

test("Exchange.errorAnswer() is refused once the answer was begun", () => {
  const subject = asked();
  subject.sendHead(200, "", [], null);
  assert.equal(subject.answering, true);
  assert.throws(() => subject.errorAnswer(413, "too much"), TypeError);
});

test("Exchange lets an app answer a request whose body was refused, and closes", () => {
  const subject = exchange({ bodyBytes: 4 });
  subject.receive(latin1(request("POST /", "Content-Length: 5\r\n") + "hello"));
  subject.next();
  assert.throws(() => subject.next(), { status: 413 });
  const answer = parseAnswer(text(subject.sendWhole(200, "", [], "well")));
  assert.equal(fieldOf(answer, "connection"), "close");
  subject.nextRequest();
  assert.equal(subject.next().type, "closed");
});

test("Exchange counts the fields and bytes of the head it sent", () => {
  const subject = asked();
  const answer = text(subject.sendWhole(200, "", [["a", "b"], ["c", "d"]], "hello"));
  assert.equal(subject.sentFields, parseAnswer(answer).fields.length);
  assert.equal(subject.sentHeadBytes, answer.length - 5);
});

test("Exchange refuses to answer what was not asked, and to answer twice", () => {
  const subject = exchange();
  assert.throws(() => subject.sendWhole(200, "", [], null), TypeError);
  assert.throws(() => subject.sendHead(200, "", [], null), TypeError);
  assert.throws(() => subject.sendInformational(100), TypeError);
  const answered = asked();
  answered.sendWhole(200, "", [], null);
  assert.throws(() => answered.sendWhole(200, "", [], null), TypeError);
  assert.throws(() => answered.sendData("x"), TypeError);
  assert.throws(() => answered.sendEnd(), TypeError);
});

test("Exchange.sendWhole() refuses names and values that are no strings, which a text would be made of twice", () => {
  for (const value of [undefined, null, 5, ["a", "b"], { toString: () => "a" }] as unknown as string[]) {
    assert.throws(() => asked().sendWhole(200, "", [["x", value]], null), TypeError);
    assert.throws(() => asked().sendWhole(200, "", [[value, "x"]], null), TypeError);
  }
});
