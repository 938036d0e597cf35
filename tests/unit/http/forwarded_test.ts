import assert from "node:assert/strict";
import { test } from "node:test";
import { type Forwarded, readForwarded } from "../../../src/http/forwarded.ts";
import { FieldLines } from "../../support/fetch_objects.ts";

const PROXIES = ["10.0.0.1", "10.0.0.2", "fd00::1"];
const X_FIELDS = ["x-forwarded-for", "x-forwarded-proto", "x-forwarded-host"];

function read(lines: ReadonlyArray<readonly [string, string]>, fields: readonly string[]): Forwarded {
  const trusts: (address: { transport: string; hostname?: string }) => boolean = ({ hostname }) => PROXIES.includes(hostname ?? "");
  return readForwarded(new FieldLines(lines), { trusts, fields: new Set(fields) });
}

/** The client as `address:port scheme authority`, `-` for what nobody says. */
function client(lines: ReadonlyArray<readonly [string, string]>, fields: readonly string[] = X_FIELDS): string {
  const { address, scheme, authority } = read(lines, fields);
  return `${address === null ? "-" : `${address.hostname}:${address.port}`} ${scheme ?? "-"} ${authority ?? "-"}`;
}

const FOR_CASES: ReadonlyArray<readonly [value: string, client: string]> = [
  ["192.0.2.1", "192.0.2.1:0"],
  ["192.0.2.1:4711", "192.0.2.1:4711"],
  ["2001:db8::1", "2001:db8::1:0"],
  ["[2001:db8::1]", "2001:db8::1:0"],
  ["[2001:db8::1]:80", "2001:db8::1:80"],
  ["[2001:DB8:0:0::0:1]", "2001:db8::1:0"],
  // As sockets tell of them, however a proxy writes them.
  ["::ffff:192.0.2.1", "192.0.2.1:0"],
  ["[::FFFF:c000:201]:80", "192.0.2.1:80"],
  ["192.0.2.1, ::ffff:10.0.0.1", "192.0.2.1:0"],
  // What the client wrote stands to the left.
  ["1.1.1.1, 192.0.2.1", "192.0.2.1:0"],
  ["1.1.1.1, 192.0.2.1, 10.0.0.2", "192.0.2.1:0"],
  ["192.0.2.1, fd00::1, 10.0.0.1", "192.0.2.1:0"],
  // All are proxies of ours: the outermost is as near as one comes.
  ["10.0.0.1, 10.0.0.2", "10.0.0.1:0"],
  // Behind what cannot be read nothing is believed, and what was read before it counts.
  ["1.1.1.1, unknown", "-"],
  ["1.1.1.1, unknown, 10.0.0.2", "10.0.0.2:0"],
  ["1.1.1.1, , 10.0.0.2", "10.0.0.2:0"],
  ["192.0.2.1, 10.0.0.1\t", "192.0.2.1:0"],
];

test("readForwarded() takes the first address from the right that is no proxy of ours", () => {
  for (const [value, expected] of FOR_CASES) assert.equal(client([["X-Forwarded-For", value]]), `${expected} - -`, value);
});

test("readForwarded() takes several field lines for one list, as proxies that add a line do", () => {
  assert.equal(
    client([["x-forwarded-for", "1.1.1.1"], ["x-forwarded-for", "192.0.2.1"], ["x-forwarded-for", "10.0.0.1"]]),
    "192.0.2.1:0 - -",
  );
});

test("readForwarded() takes nothing for an address that is none", () => {
  const values = [
    "",
    "a",
    "localhost",
    "300.1.1.1",
    "010.1.1.1",
    "1.1.1",
    "1.1.1.1:99999",
    "[::1",
    "::1]",
    "1::2::3",
    "fe80::1%eth0",
    "0x7f.1",
    "1.1.1.1 2.2.2.2",
  ];
  for (const value of [...values, "_hidden", "unknown", "\u00ff", "1.1.1.1;2.2.2.2", "[1.1.1.1]"]) {
    assert.equal(client([["x-forwarded-for", value]]), "- - -", JSON.stringify(value));
  }
});

test("readForwarded() takes scheme and host of the hop that the client came by", () => {
  const fields: [string, string][] = [["x-forwarded-for", "1.1.1.1, 192.0.2.1, 10.0.0.2"]];
  const of = (proto: string, host: string) => client([...fields, ["x-forwarded-proto", proto], ["x-forwarded-host", host]]);
  assert.equal(of("http, https, http", "evil.example, shop.example, inner.example"), "192.0.2.1:0 https shop.example");
  // One item stands for all hops: the outermost proxy wrote it, and the inner ones passed it on.
  assert.equal(of("https", "shop.example:8443"), "192.0.2.1:0 https shop.example:8443");
  assert.equal(of("HTTPS", ""), "192.0.2.1:0 https -");
  for (const proto of ["ftp", "javascript", "", "https://"]) assert.equal(of(proto, "a/b"), "192.0.2.1:0 - -", proto);
});

test("readForwarded() has scheme and host without an address", () => {
  assert.equal(client([["x-forwarded-proto", "https"], ["x-forwarded-host", "shop.example"]]), "- https shop.example");
});

test("readForwarded() reads no field that the proxies are not said to write", () => {
  const lines: [string, string][] = [["x-forwarded-for", "192.0.2.1"], ["x-forwarded-host", "evil.example"], [
    "forwarded",
    "for=6.6.6.6;proto=https",
  ]];
  assert.equal(client(lines, ["x-forwarded-for"]), "192.0.2.1:0 - -");
  assert.equal(client(lines, []), "- - -");
  assert.equal(client(lines, ["forwarded"]), "6.6.6.6:0 https -");
});

const ELEMENT_CASES: ReadonlyArray<readonly [value: string, client: string]> = [
  ["for=192.0.2.1", "192.0.2.1:0 - -"],
  ['For="[2001:db8::1]:4711";Proto=https;Host=shop.example', "2001:db8::1:4711 https shop.example"],
  ['for=1.1.1.1, for="192.0.2.1:80";by=203.0.113.43;proto=http , for=10.0.0.2', "192.0.2.1:80 http -"],
  ['for=192.0.2.1;host="shop.example:8443"', "192.0.2.1:0 - shop.example:8443"],
  // A comma and a quote within a quoted string end nothing.
  ['for=192.0.2.1;by="a,b\\"c, for=6.6.6.6"', "192.0.2.1:0 - -"],
  // A quote that the client opened takes nothing of the proxy's in.
  ['for="x, for=192.0.2.1;proto=https', "192.0.2.1:0 https -"],
  ['for="x\\", for="192.0.2.1:80";by="a\\\\"', "192.0.2.1:80 - -"],
  ['"""", for="192.0.2.1:80"', "192.0.2.1:80 - -"],
  ["for=unknown", "- - -"],
  ["for=_secret, for=10.0.0.1", "10.0.0.1:0 - -"],
  ["proto=https", "- https -"],
  // What is not of the form, and all to the left of it, is nobody's word.
  ["for=192.0.2.1, for=10.0.0.1;;", "- - -"],
  ["for=192.0.2.1, nonsense, for=10.0.0.2", "10.0.0.2:0 - -"],
  ['for="192.0.2.1', "- - -"],
  ["for = 192.0.2.1", "- - -"],
];

test("readForwarded() reads Forwarded as RFC 7239 has it", () => {
  for (const [value, expected] of ELEMENT_CASES) assert.equal(client([["Forwarded", value]], ["forwarded"]), expected, value);
});

test("readForwarded() takes time in proportion to what it reads", () => {
  const long = `for=1.1.1.1;by="${"\\".repeat(15_000)}`;
  for (
    const value of [
      long,
      ",".repeat(16_000),
      '"'.repeat(16_000),
      "a=".repeat(8000),
      `for="${"\\a".repeat(8000)}"`,
      ":".repeat(16_000),
      "::".repeat(8000) + "x",
    ]
  ) {
    const started = performance.now();
    read([["forwarded", value], ["x-forwarded-for", value]], ["forwarded"]);
    read([["x-forwarded-for", value]], X_FIELDS);
    assert.ok(performance.now() - started < 500, value.slice(0, 20));
  }
});

test("readForwarded() reads a list of many hops in linear time", () => {
  const timeOf = (bytes: number) => {
    const hop = "for=10.0.0.1, ";
    const elements = hop.repeat(bytes / hop.length).slice(0, -2);
    const addresses = elements.replaceAll("for=", "");
    const started = performance.now();
    for (let round = 0; round < 20; round++) {
      assert.equal(client([["forwarded", elements]], ["forwarded"]), "10.0.0.1:0 - -");
      assert.equal(client([["x-forwarded-for", addresses]]), "10.0.0.1:0 - -");
    }
    return performance.now() - started;
  };
  timeOf(1024);
  // As long as a field may be, and an eighth: 64 times the time if each hop had the list read anew. A busy machine may spoil a try.
  const tries = Array.from({ length: 5 }, () => timeOf(8192) / timeOf(1024));
  assert.ok(Math.min(...tries) < 24, `${tries}`);
});
