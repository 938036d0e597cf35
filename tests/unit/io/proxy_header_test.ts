import assert from "node:assert/strict";
import { test } from "node:test";
import { readProxyHeader } from "../../../src/io/proxy_header.ts";

const SIGNATURE = [0x0d, 0x0a, 0x0d, 0x0a, 0, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a];

function text(line: string): Uint8Array {
  return new TextEncoder().encode(line);
}

/** Version 2: command, kind, then what its length counts. */
function binary(command: number, kind: number, rest: readonly number[], length: number = rest.length): Uint8Array {
  return Uint8Array.from([...SIGNATURE, command, kind, length >> 8, length & 0xff, ...rest]);
}

function ends(bytes: Uint8Array): string {
  const header = readProxyHeader(bytes);
  if (header === null || header === "bad") return String(header);
  if (header.ends === null) return `${header.bytes} -`;
  const { remote, local } = header.ends;
  return `${header.bytes} ${remote.hostname}:${remote.port} ${local.hostname}:${local.port}`;
}

const IPV4 = [192, 0, 2, 1, 10, 0, 0, 1, 0x12, 0x67, 0, 80];
const IPV6 = [
  ...[0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1],
  ...[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 10, 0, 0, 1],
  ...[0x12, 0x67, 0, 80],
];

const WHOLE: ReadonlyArray<readonly [what: string, bytes: Uint8Array, ends: string]> = [
  ["TCP4", text("PROXY TCP4 192.0.2.1 10.0.0.1 4711 80\r\n"), "39 192.0.2.1:4711 10.0.0.1:80"],
  ["TCP6", text("PROXY TCP6 2001:db8::1 ::1 4711 80\r\n"), "36 2001:db8::1:4711 ::1:80"],
  ["TCP6 with an IPv4 address within", text("PROXY TCP6 ::FFFF:192.0.2.1 ::ffff:a00:1 4711 80\r\n"), "50 192.0.2.1:4711 10.0.0.1:80"],
  ["UNKNOWN", text("PROXY UNKNOWN\r\n"), "15 -"],
  ["UNKNOWN with more", text("PROXY UNKNOWN ffff:f...f 65535 65535\r\n"), "38 -"],
  ["binary TCP4", binary(0x21, 0x11, IPV4), "28 192.0.2.1:4711 10.0.0.1:80"],
  ["binary TCP6", binary(0x21, 0x21, IPV6), "52 2001:db8::1:4711 10.0.0.1:80"],
  ["binary TCP4 with more behind", binary(0x21, 0x11, [...IPV4, 4, 0, 1, 0]), "32 192.0.2.1:4711 10.0.0.1:80"],
  ["LOCAL", binary(0x20, 0, []), "16 -"],
  ["LOCAL with addresses", binary(0x20, 0x11, IPV4), "28 -"],
  ["binary UNSPEC", binary(0x21, 0, []), "16 -"],
  ["binary Unix", binary(0x21, 0x31, Array(216).fill(97)), "232 -"],
];

test("readProxyHeader() reads both versions, however they are cut, and leaves what follows", () => {
  for (const [what, bytes, expected] of WHOLE) {
    assert.equal(ends(bytes), expected, what);
    assert.equal(ends(Uint8Array.from([...bytes, 71, 69, 84])), expected, what);
    for (let cut = 0; cut < bytes.length; cut++) assert.equal(ends(bytes.subarray(0, cut)), "null", `${what}, cut at ${cut}`);
  }
});

const BAD: ReadonlyArray<readonly [what: string, bytes: Uint8Array]> = [
  ["a request", text("GET / HTTP/1.1\r\n")],
  ["a request that begins alike", text("PROXYFIND / HTTP/1.1\r\n")],
  ["lower case", text("proxy TCP4 192.0.2.1 10.0.0.1 4711 80\r\n")],
  ["two blanks", text("PROXY TCP4  192.0.2.1 10.0.0.1 4711 80\r\n")],
  ["a missing port", text("PROXY TCP4 192.0.2.1 10.0.0.1 4711\r\n")],
  ["a port over 65535", text("PROXY TCP4 192.0.2.1 10.0.0.1 70000 80\r\n")],
  ["an octal address", text("PROXY TCP4 010.0.2.1 10.0.0.1 4711 80\r\n")],
  ["an address over 255", text("PROXY TCP4 256.0.2.1 10.0.0.1 4711 80\r\n")],
  ["a short address", text("PROXY TCP4 192.0.2 10.0.0.1 4711 80\r\n")],
  ["a name", text("PROXY TCP4 localhost 10.0.0.1 4711 80\r\n")],
  ["IPv6 as TCP4", text("PROXY TCP4 ::1 ::1 4711 80\r\n")],
  ["IPv4 as TCP6", text("PROXY TCP6 192.0.2.1 10.0.0.1 4711 80\r\n")],
  ["IPv6 that is none", text("PROXY TCP6 1::2::3 ::1 4711 80\r\n")],
  ["UNKNOWN run together", text("PROXY UNKNOWNS\r\n")],
  ["a line without an end", text(`PROXY UNKNOWN ${"x".repeat(100)}`)],
  ["a TLS handshake", Uint8Array.of(0x16, 3, 1, 2, 0, 1)],
  ["a signature that is broken", Uint8Array.from([...SIGNATURE.slice(0, 11), 0x0b])],
  ["a version 3", binary(0x31, 0x11, IPV4)],
  ["a command that is none", binary(0x22, 0x11, IPV4)],
  ["addresses that are cut", binary(0x21, 0x11, IPV4.slice(0, 11))],
  ["a length past the limit", binary(0x21, 0x11, IPV4, 65_535)],
];

test("readProxyHeader() refuses all else, as soon as it is told apart", () => {
  for (const [what, bytes] of BAD) assert.equal(readProxyHeader(bytes), "bad", what);
});
