import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { cutAt, eventsOf, latin1, type PlainEvent } from "../support/exchange_events.ts";

const TOKEN = "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const PATH = "-._~!$&'()*+,;=:@%/[]^`{|}0123456789ABCXYZabcxyz";

function unitsOf(from: number, to: number): string {
  return Array.from({ length: to - from + 1 }, (_, at) => String.fromCharCode(from + at)).join("");
}

const VISIBLE = unitsOf(0x21, 0x7e) + unitsOf(0x80, 0xff);
const BYTES = unitsOf(0, 0xff);

function stringOf(units: string, minLength: number, maxLength: number): fc.Arbitrary<string> {
  return fc.string({ unit: fc.constantFrom(...units), minLength, maxLength });
}

const KNOWN = /^(?:host|content-length|transfer-encoding|connection|expect)$/i;
const blank = stringOf(" \t", 0, 3);
const value = fc.oneof(
  fc.constant(""),
  stringOf(VISIBLE, 1, 1),
  fc.tuple(stringOf(VISIBLE, 1, 1), stringOf(`${VISIBLE} \t`, 0, 30), stringOf(VISIBLE, 1, 1)).map((parts) => parts.join("")),
);

/** A field line: as it is written, and as it must be read. */
const field = fc.record({ name: stringOf(TOKEN, 1, 20).filter((name) => !KNOWN.test(name)), value, before: blank, after: blank });

const method = stringOf(TOKEN, 1, 10).filter((name) => !/^(?:connect|trace|track)$/i.test(name));
const target = fc.tuple(stringOf(PATH, 0, 30), fc.option(stringOf(`${PATH}?\\`, 0, 30))).map(([path, query]) =>
  `/${path}${query === null ? "" : `?${query}`}`
);
const host = fc.constantFrom("a", "localhost:8080", "[::1]:80", "1.2.3.4", "x-y.z_0.example");

type Body = { readonly kind: "none" } | { readonly kind: "length"; readonly data: string } | {
  readonly kind: "chunked";
  readonly chunks: readonly string[];
  readonly trailers: readonly { name: string; value: string; before: string; after: string }[];
};

const body: fc.Arbitrary<Body> = fc.oneof(
  fc.constant({ kind: "none" } as const),
  fc.record({ kind: fc.constant("length" as const), data: stringOf(BYTES, 1, 50) }),
  fc.record({
    kind: fc.constant("chunked" as const),
    chunks: fc.array(stringOf(BYTES, 1, 40), { maxLength: 5 }),
    trailers: fc.array(field, { maxLength: 3 }),
  }),
);

const request = fc.record({ method, target, host, fields: fc.array(field, { maxLength: 8 }), body });
type Request = typeof request extends fc.Arbitrary<infer Value> ? Value : never;

function linesOf(fields: readonly { name: string; value: string; before: string; after: string }[]): string {
  return fields.map((line) => `${line.name}:${line.before}${line.value}${line.after}\r\n`).join("");
}

/** Writes a request. */
function written({ method, target, host, fields, body }: Request): string {
  const head = `${method} ${target} HTTP/1.1\r\nHost: ${host}\r\n${linesOf(fields)}`;
  if (body.kind === "none") return `${head}\r\n`;
  if (body.kind === "length") return `${head}Content-Length: ${body.data.length}\r\n\r\n${body.data}`;
  const chunks = body.chunks.map((chunk) => `${chunk.length.toString(16)}\r\n${chunk}\r\n`).join("");
  return `${head}Transfer-Encoding: chunked\r\n\r\n${chunks}0\r\n${linesOf(body.trailers)}\r\n`;
}

/** What must come of it. */
function expected({ method, target, host, fields, body }: Request): PlainEvent[] {
  const lines = fields.map((line) => `${line.name}: ${line.value}`);
  const framing = body.kind === "length" ? `length ${body.data.length}` : body.kind;
  const framed = body.kind === "none"
    ? []
    : [body.kind === "length" ? `Content-Length: ${body.data.length}` : "Transfer-Encoding: chunked"];
  const data = body.kind === "length" ? body.data : body.kind === "chunked" ? body.chunks.join("") : "";
  const trailers = body.kind === "chunked" && body.trailers.length > 0 ? body.trailers.map((line) => `${line.name}: ${line.value}`) : null;
  return [
    {
      head: `${method} ${target}`,
      authority: host,
      path: target,
      minor: 1,
      framing,
      flags: "keep",
      bytes: 0,
      fields: [`Host: ${host}`, ...lines, ...framed],
    },
    ...(data === "" ? [] : [{ data }]),
    { end: trailers },
  ];
}

const cuts = fc.array(fc.nat(2000), { maxLength: 12 });

test("Exchange.next() gives what was written, for any requests one behind another, however they are cut", () => {
  fc.assert(
    fc.property(fc.array(request, { minLength: 1, maxLength: 4 }), cuts, (requests, places) => {
      const bytes = latin1(requests.map(written).join(""));
      const events = eventsOf(cutAt(bytes, places)).map((event) => "head" in event ? { ...event, bytes: 0 } : event);
      assert.deepEqual(events, requests.flatMap(expected));
    }),
    { numRuns: 300 },
  );
});

/** Bytes that are nearly requests. */
const mutated = fc.tuple(
  fc.array(request, { minLength: 1, maxLength: 3 }),
  fc.array(fc.record({ at: fc.nat(4000), remove: fc.nat(3), insert: stringOf(`${BYTES}\r\n\r\n\r\n : ;,0123456789`, 0, 3) }), {
    minLength: 1,
    maxLength: 4,
  }),
).map(([requests, edits]) => {
  let text = requests.map(written).join("");
  for (const { at, remove, insert } of edits) {
    const place = at % (text.length + 1);
    text = text.slice(0, place) + insert + text.slice(place + remove);
  }
  return latin1(`${text}GET / HTTP/1.1\r\nHost: a\r\n\r\n`);
});

test("Exchange.next() gives the same events for mutated requests, however they are cut, and throws ProtocolErrors alone", () => {
  fc.assert(
    fc.property(mutated, cuts, (bytes, places) => {
      const whole = eventsOf([bytes], {}, true);
      assert.deepEqual(eventsOf(cutAt(bytes, places), {}, true), whole);
      assert.deepEqual(eventsOf(Array.from(bytes, (byte) => Uint8Array.of(byte)), {}, true), whole);
    }),
    { numRuns: 500 },
  );
});

test("Exchange.next() gives the same events within narrow limits, however the bytes are cut", () => {
  const limits = { targetBytes: 20, fieldBytes: 30, headBytes: 120, fields: 4, bodyBytes: 40 };
  fc.assert(
    fc.property(
      fc.oneof(
        mutated,
        fc.array(request, { minLength: 1 }).map((all) => latin1(all.map(written).join(""))),
      ),
      cuts,
      (bytes, places) => {
        const whole = eventsOf([bytes], limits);
        assert.deepEqual(eventsOf(cutAt(bytes, places), limits), whole);
        assert.deepEqual(eventsOf(Array.from(bytes, (byte) => Uint8Array.of(byte)), limits), whole);
      },
    ),
    { numRuns: 300 },
  );
});

test("Exchange.next() takes any bytes at all without another error than ProtocolError", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), cuts, (bytes, places) => {
      if (bytes.length === 0) return;
      assert.deepEqual(eventsOf(cutAt(bytes, places)), eventsOf([bytes]));
    }),
    { numRuns: 300 },
  );
});

test("Exchange.next() never gives an authority or a path that new URL does not take as they are", () => {
  const urlish = stringOf("abx019.:-_[]@/\\%?#&;=+,~!*'() \t", 0, 12);
  fc.assert(
    fc.property(urlish, urlish, fc.boolean(), (hostText, pathText, absolute) => {
      const target = absolute ? `http://${hostText}/${pathText}` : `/${pathText}`;
      const [head] = eventsOf([latin1(`GET ${target} HTTP/1.1\r\nHost: ${absolute ? "a" : hostText}\r\n\r\n`)]);
      if (!("head" in head)) return;
      const url = new URL(`http://${head.authority}${head.path}`);
      const bare = head.authority.replace(/:\d*$/, "");
      if (!bare.startsWith("[")) assert.equal(url.hostname, bare.toLowerCase());
      assert.equal(`${url.username}${url.password}${url.hash}`, "");
      assert.equal(url.search, head.path.includes("?") ? new URL(`http://a/${head.path.slice(head.path.indexOf("?"))}`).search : "");
    }),
    { numRuns: 2000 },
  );
});
