import assert from "node:assert/strict";
import { test } from "node:test";
import { eventsOf, latin1, type PlainEvent, splits } from "../../support/exchange_events.ts";

/** A message, and what must come of it however it is cut. */
interface Message {
  readonly name: string;
  readonly bytes: string;
  readonly events: readonly PlainEvent[];
}

/** A head's event, with what is common left out. */
function head(line: string, fields: string[], rest: Partial<Extract<PlainEvent, { head: string }>> = {}): PlainEvent {
  const target = line.split(" ")[1];
  const host = fields.find((field) => /^host: /i.test(field));
  return {
    head: line,
    authority: host?.slice(6) ?? "",
    path: target,
    minor: 1,
    framing: "none",
    flags: "keep",
    bytes: 0,
    fields,
    ...rest,
  };
}

const END: PlainEvent = { end: null };
const NEXT = "GET /next HTTP/1.1\r\nHost: n\r\n\r\n";
const NEXT_EVENTS: readonly PlainEvent[] = [head("GET /next", ["Host: n"]), END];

const MESSAGES: readonly Message[] = [
  { name: "a small GET", bytes: "GET / HTTP/1.1\r\nHost: a\r\n\r\n", events: [head("GET /", ["Host: a"]), END] },
  {
    name: "fields in order, duplicates kept, values trimmed, obs-text and tabs",
    bytes:
      "GET /a?b=c&d HTTP/1.1\r\nhOsT:\t a.example:8080 \t\r\nx: 1\r\nX:2\r\nempty:\r\nblank: \t \r\nlatin: caf\xe9\r\ntab: a\tb\r\n\r\n",
    events: [
      head("GET /a?b=c&d", ["hOsT: a.example:8080", "x: 1", "X: 2", "empty: ", "blank: ", "latin: caf\xe9", "tab: a\tb"]),
      END,
    ],
  },
  {
    name: "every character a method may have",
    bytes: "!#$%&'*+-.^_`|~09azAZ / HTTP/1.1\r\nHost: a\r\n!#$%&'*+-.^_`|~09azAZ: v\r\n\r\n",
    events: [head("!#$%&'*+-.^_`|~09azAZ /", ["Host: a", "!#$%&'*+-.^_`|~09azAZ: v"]), END],
  },
  {
    name: "the methods that are known",
    bytes: ["GET", "HEAD", "PUT", "POST", "PATCH", "DELETE", "OPTIONS", "QUERY", "get"].map((method) =>
      `${method} / HTTP/1.1\r\nHost: a\r\n\r\n`
    ).join(""),
    events: ["GET", "HEAD", "PUT", "POST", "PATCH", "DELETE", "OPTIONS", "QUERY", "get"].flatMap((
      method,
    ) => [head(`${method} /`, ["Host: a"]), END]),
  },
  {
    name: "what browsers leave in a target",
    bytes: "GET //a/%2e%2e/[x]|{y}^`;p=1:@!$&'()*+,=-._~%zz?q=\\d?/[]|{}^`' HTTP/1.1\r\nHost: a\r\n\r\n",
    events: [head("GET //a/%2e%2e/[x]|{y}^`;p=1:@!$&'()*+,=-._~%zz?q=\\d?/[]|{}^`'", ["Host: a"]), END],
  },
  {
    name: "a later minor version",
    bytes: "GET / HTTP/1.2\r\nHost: a\r\n\r\n",
    events: [head("GET /", ["Host: a"]), END],
  },
  {
    name: "an empty line before the request, and one behind its body",
    bytes: "\r\nPOST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi\r\n",
    events: [head("POST /", ["Host: a", "Content-Length: 2"], { framing: "length 2" }), { data: "hi" }, END],
  },
  {
    name: "a body with its length",
    bytes: "POST /p HTTP/1.1\r\nHost: a\r\nContent-Length:10\r\n\r\n0\r\n\r\nGET /",
    events: [head("POST /p", ["Host: a", "Content-Length: 10"], { framing: "length 10" }), { data: "0\r\n\r\nGET /" }, END],
  },
  {
    name: "a length of 0",
    bytes: "POST /p HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n",
    events: [head("POST /p", ["Host: a", "Content-Length: 0"]), END],
  },
  {
    name: "a chunked body",
    bytes: "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n00A\r\n, world..!\r\n0\r\n\r\n",
    events: [head("POST /", ["Host: a", "Transfer-Encoding: chunked"], { framing: "chunked" }), { data: "hello, world..!" }, END],
  },
  {
    name: "chunked in capitals, with data that looks like its framing",
    bytes: "POST / HTTP/1.1\r\nHost: a\r\nTRANSFER-ENCODING:\tChUnKeD \r\n\r\n7\r\n\r\n0\r\n\r\n\r\n000\r\n\r\n",
    events: [head("POST /", ["Host: a", "TRANSFER-ENCODING: ChUnKeD"], { framing: "chunked" }), { data: "\r\n0\r\n\r\n" }, END],
  },
  {
    name: "chunk extensions of every form",
    bytes: "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" +
      '1;a\r\nA\r\n1 ; b = c\r\nB\r\n1;d="e;\\"\t\xff\\\\";f\r\nC\r\n1\t;g="";h=i\r\nD\r\n0;last\r\n\r\n',
    events: [head("POST /", ["Host: a", "Transfer-Encoding: chunked"], { framing: "chunked" }), { data: "ABCD" }, END],
  },
  {
    name: "a chunked body without data, with trailers",
    bytes: "PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTrailer: x\r\n\r\n0\r\nX: 1\r\nContent-Length: 5\r\nx:  2 \r\n\r\n",
    events: [
      head("PUT /", ["Host: a", "Transfer-Encoding: chunked", "Trailer: x"], { framing: "chunked" }),
      { end: ["X: 1", "Content-Length: 5", "x: 2"] },
    ],
  },
  {
    name: "an absolute target, which wins over the host field",
    bytes: "GET HTTP://b.example:81/p?q HTTP/1.1\r\nHost: a\r\nx: y\r\n\r\n",
    events: [head("GET HTTP://b.example:81/p?q", ["Host: b.example:81", "x: y"], { path: "/p?q" }), END],
  },
  {
    name: "absolute targets without a path",
    bytes:
      "GET http://b HTTP/1.1\r\nHost: b\r\n\r\nGET https://b?q HTTP/1.1\r\nHost: b\r\n\r\nOPTIONS http://b HTTP/1.1\r\nHost: b\r\n\r\n",
    events: [
      head("GET http://b", ["Host: b"], { path: "/" }),
      END,
      head("GET https://b?q", ["Host: b"], { path: "/?q" }),
      END,
      head("OPTIONS http://b", ["Host: b"], { path: "*" }),
      END,
    ],
  },
  { name: "OPTIONS *", bytes: "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", events: [head("OPTIONS *", ["Host: a"]), END] },
  {
    name: "a body announced by Expect",
    bytes: "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-Continue\r\nContent-Length: 1\r\n\r\nx",
    events: [
      head("POST /", ["Host: a", "Expect: 100-Continue", "Content-Length: 1"], { framing: "length 1", flags: "keep continue" }),
      { data: "x" },
      END,
    ],
  },
  {
    name: "Expect without a body",
    bytes: "GET / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n\r\n",
    events: [head("GET /", ["Host: a", "Expect: 100-continue"]), END],
  },
  {
    name: "HTTP/1.0 that asks for keep-alive",
    bytes: "GET / HTTP/1.0\r\nConnection: foo ,\tKeep-Alive\r\n\r\n",
    events: [head("GET /", ["Connection: foo ,\tKeep-Alive"], { minor: 0 }), END],
  },
  {
    name: "HTTP/1.0 that expects, which it cannot",
    bytes: "POST / HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\nx",
    events: [
      head("POST /", ["Host: a", "Connection: keep-alive", "Expect: 100-continue", "Content-Length: 1"], { minor: 0, framing: "length 1" }),
      { data: "x" },
      END,
    ],
  },
  {
    name: "connection options that are not close",
    bytes: "GET / HTTP/1.1\r\nHost: a\r\nConnection: closed, x-close\r\nConnection: \r\n\r\n",
    events: [head("GET /", ["Host: a", "Connection: closed, x-close", "Connection: "]), END],
  },
];

/** The last of a connection: what stands behind is not read. */
const LAST_MESSAGES: readonly Message[] = [
  {
    name: "HTTP/1.0",
    bytes: "GET / HTTP/1.0\r\n\r\n",
    events: [head("GET /", [], { minor: 0, flags: "close" }), END, { closed: true }],
  },
  {
    name: "Connection: close",
    bytes: "GET / HTTP/1.1\r\nHost: a\r\nConnection: keep-alive\r\nConnection: x, CLOSE\r\n\r\n",
    events: [head("GET /", ["Host: a", "Connection: keep-alive", "Connection: x, CLOSE"], { flags: "close" }), END, { closed: true }],
  },
  {
    name: "Connection: close among empty elements",
    bytes: "GET / HTTP/1.1\r\nHost: a\r\nConnection: ,\t, x,, close ,\r\n\r\n",
    events: [head("GET /", ["Host: a", "Connection: ,\t, x,, close ,"], { flags: "close" }), END, { closed: true }],
  },
  {
    name: "HTTP/1.0 that asks for both",
    bytes: "POST / HTTP/1.0\r\nConnection: keep-alive, close\r\nContent-Length: 2\r\n\r\nab",
    events: [
      head("POST /", ["Connection: keep-alive, close", "Content-Length: 2"], { minor: 0, framing: "length 2", flags: "close" }),
      { data: "ab" },
      END,
      { closed: true },
    ],
  },
];

/** The bytes of a head are looked at in a test of their own. */
function withoutBytes(events: readonly PlainEvent[]): PlainEvent[] {
  return events.map((event) => "head" in event ? { ...event, bytes: 0 } : event);
}

for (const { name, bytes, events } of MESSAGES) {
  test(`Exchange reads ${name}, whole, at every split and with bytes behind it`, () => {
    for (const pieces of splits(latin1(bytes))) assert.deepEqual(withoutBytes(eventsOf(pieces)), events);
    for (const pieces of splits(latin1(bytes + NEXT))) assert.deepEqual(withoutBytes(eventsOf(pieces)), [...events, ...NEXT_EVENTS]);
  });
}

for (const { name, bytes, events } of LAST_MESSAGES) {
  test(`Exchange reads ${name}, and nothing behind it`, () => {
    for (const pieces of splits(latin1(bytes))) assert.deepEqual(withoutBytes(eventsOf(pieces)), events);
    for (const pieces of splits(latin1(bytes + NEXT))) assert.deepEqual(withoutBytes(eventsOf(pieces)), events);
    assert.deepEqual(withoutBytes(eventsOf([latin1(bytes + "\0garbage")])), events);
  });
}

test("HttpHead.bytes counts the head, its empty line included", () => {
  const [first] = eventsOf([latin1("\r\nPOST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi")]);
  assert.equal("bytes" in first && first.bytes, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n".length);
});
