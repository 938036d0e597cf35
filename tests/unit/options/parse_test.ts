import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { ConfigError } from "../../../src/errors.ts";
import { HOST, LISTENER, parseAddress, PORT } from "../../../src/options/parse.ts";

const tcp = (hostname: string, port: number) => ({ transport: "tcp", hostname, port });

test("parseAddress() reads HOST:PORT for any IPv4 address and port", () => {
  fc.assert(fc.property(fc.ipV4(), fc.integer({ min: 0, max: 65_535 }), (host, port) => {
    assert.deepEqual(parseAddress(`${host}:${port}`), tcp(host, port));
  }));
});

test("parseAddress() reads [IPV6]:PORT for any IPv6 address", () => {
  fc.assert(fc.property(fc.ipV6(), fc.integer({ min: 0, max: 65_535 }), (host, port) => {
    assert.deepEqual(parseAddress(`[${host}]:${port}`), tcp(host, port));
  }));
});

test("parseAddress() reads a host's name", () => {
  fc.assert(fc.property(fc.domain(), (host) => assert.deepEqual(parseAddress(`${host}:80`), tcp(host, 80))));
  assert.deepEqual(parseAddress("localhost:8080"), tcp("localhost", 8080));
  assert.deepEqual(parseAddress("my_service-1:8080"), tcp("my_service-1", 8080));
});

test("parseAddress() takes :PORT for every interface, as uWSGI does", () => {
  assert.deepEqual(parseAddress(":8080"), tcp("0.0.0.0", 8080));
});

test("parseAddress() reads an IPv4 address at the end of an IPv6 one", () => {
  // Bun 1.4.5's URL takes this for no address, and ours was built on it.
  assert.deepEqual(parseAddress("[::0:0:0:0:0.0.0.0]:80"), tcp("::0:0:0:0:0.0.0.0", 80));
  assert.deepEqual(parseAddress("[1:2:3:4:5:6:192.0.2.1]:80"), tcp("1:2:3:4:5:6:192.0.2.1", 80));
});

test("parseAddress() refuses what is nearly IPv6", () => {
  const wrong = [
    "1:2:3:4:5:6:7",
    "1:2:3:4:5:6:7:8:9",
    "1::2::3",
    ":1",
    "1:",
    ":::",
    "12345::",
    "1.2.3.4::",
    "::1.2.3",
    "::256.1.1.1",
    "1::2:3:4:5:6:7:8",
  ];
  for (const host of wrong) assert.throws(() => parseAddress(`[${host}]:80`), ConfigError, host);
});

test("parseAddress() keeps an IPv6 zone", () => {
  assert.deepEqual(parseAddress("[fe80::1%eth0]:80"), tcp("fe80::1%eth0", 80));
});

test("parseAddress() reads unix:PATH, whatever is in the path", () => {
  assert.deepEqual(parseAddress("unix:/run/a:b,c.sock"), { transport: "unix", path: "/run/a:b,c.sock" });
  assert.deepEqual(parseAddress("unix:app.sock"), { transport: "unix", path: "app.sock" });
});

test("parseAddress() refuses a Unix socket's path that the kernel would cut off", () => {
  assert.deepEqual(parseAddress(`unix:${"a".repeat(107)}`), { transport: "unix", path: "a".repeat(107) });
  assert.throws(() => parseAddress(`unix:${"a".repeat(108)}`), /at most 107 bytes, this one 108/);
  assert.throws(() => parseAddress(`unix:${"ä".repeat(54)}`), /at most 107 bytes, this one 108/);
  assert.throws(() => parseAddress("unix:"), /no path/);
  assert.throws(() => parseAddress("unix:a\0b"), /NUL/);
});

test("parseAddress() says what was likely meant", () => {
  for (
    const [text, meant] of [
      ["8080", "write 127.0.0.1:8080, or :8080 for every interface"],
      ["localhost", "write localhost:8080"],
      ["::1", "write IPv6 in brackets and with its port, [::1]:8080"],
      ["::1:3000", "write IPv6 in brackets, [::1]:3000"],
      ["http://localhost:3000/", "write it without the scheme, localhost:3000"],
      ["https://[::1]", "write it without the scheme, [::1]:8080"],
      ["/run/app.sock", "write a Unix socket as unix:/run/app.sock"],
      ["*:80", "write :80 for every interface"],
      ["localhost:http", "such as 127.0.0.1:8080"],
    ]
  ) assert.throws(() => parseAddress(text), (error: Error) => error instanceof ConfigError && error.message.includes(meant), text);
});

test("parseAddress() refuses hosts and ports that are none", () => {
  const wrong = [
    "",
    ":",
    "a:b",
    "a b:80",
    "256.1.1.1:80",
    "1.2.3:80",
    "010.1.1.1:80",
    "[::g]:80",
    "[127.0.0.1]:80",
    "[]:80",
    "-a:80",
    "a..b:80",
  ];
  for (const text of [...wrong, "localhost:65536", "localhost:-1", "localhost:8080/", "user@host:80", "a%b:80", "[::1%]:80"]) {
    assert.throws(() => parseAddress(text), ConfigError, text);
  }
});

test("parseAddress() names the text, and escapes what would steer a terminal", () => {
  assert.throws(() => parseAddress("a\x1b[2Jb:80"), /^ConfigError: listen on "a\\u001b\[2Jb:80": not a host/);
});

test("parseAddress() throws nothing but ConfigError, whatever the text", () => {
  fc.assert(fc.property(fc.string({ unit: fc.constantFrom(..."a1:[]./%-*@ ") }), (text) => {
    try {
      parseAddress(text);
    } catch (error) {
      assert.ok(error instanceof ConfigError);
    }
  }));
});

test("LISTENER leaves option and text to its caller", () => {
  assert.throws(() => LISTENER.parse("8080"), /^ConfigError: not an address: write/);
});

test("HOST takes IPv6 with and without brackets", () => {
  assert.equal(HOST.parse("[::1]"), "::1");
  assert.equal(HOST.parse("::1"), "::1");
  assert.equal(HOST.parse("0.0.0.0"), "0.0.0.0");
  for (const text of ["", "[", "[]", "[a]", "a:80", "127.0.0.1:80", "[::1]:80"]) assert.throws(() => HOST.parse(text), ConfigError, text);
});

test("PORT takes 0 to 65535", () => {
  assert.equal(PORT.parse("0"), 0);
  assert.equal(PORT.parse("65535"), 65_535);
  for (const text of ["", "65536", "-1", "http", "8080 ", "000080"]) assert.throws(() => PORT.parse(text), ConfigError, text);
});
