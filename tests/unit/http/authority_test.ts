import assert from "node:assert/strict";
import { test } from "node:test";
import { isAuthority } from "../../../src/http/authority.ts";

const VALID = [
  "a",
  "A.Example.COM",
  "localhost:8080",
  "my_service:80",
  "a-b.c--d.e",
  "a.",
  "a.:80",
  "a:",
  "a:0",
  "a:65535",
  "a:00080",
  "1a",
  "a1",
  "1.2.3.a",
  "0x7g",
  "127.0.0.1",
  "0.0.0.0",
  "255.255.255.255:65535",
  "1.2.3.4.example",
  "a.1b",
  "xn--bcher-kva.example",
  "XN--BCHER-KVA.example:81",
  "[::1]",
  "[::]:80",
  "[1:2:3:4:5:6:7:8]",
  "[1:2:3:4:5:6:7::]",
  "[::2:3:4:5:6:7:8]",
  "[1::8]",
  "[2001:DB8::192.0.2.33]",
  "[::ffff:1.2.3.4]:443",
  "[1:2:3:4:5:6:1.2.3.4]",
];

const INVALID = [
  "",
  ":80",
  ".",
  ".a",
  "a..b",
  "a..",
  "..",
  "a b",
  "a/b",
  "a?b",
  "a#b",
  "a\\b",
  "u@a",
  "u:p@a",
  "a,b",
  "a;b",
  "a=b",
  "a~b",
  "a!b",
  "a%41",
  "a%",
  "a*",
  "'a'",
  '"a"',
  "(a)",
  "<a>",
  "{a}",
  "a|b",
  "a^b",
  "a`b",
  "a\t",
  "a\0",
  "a\x7f",
  "\xe9",
  "a:-1",
  "a:+1",
  "a:65536",
  "a:99999999999999999999",
  "a:80:80",
  "a:x",
  "a: 80",
  "a:80/",
  "1",
  "1.2",
  "1.2.3",
  "1.2.3.4.5",
  "1.2.3.4.",
  "256.1.1.1",
  "1.2.3.04",
  "1.2.3.0x4",
  "0x7f.1",
  "0x7f000001",
  "0x",
  "a.0x",
  "a.1",
  "a.1.",
  "1..2.3",
  "017700000001",
  "[]",
  "[:]",
  "[:::]",
  "[1]",
  "[::1",
  "::1",
  "[::1]a",
  "[::1]:x",
  "[::1]]",
  "[[::1]]",
  "[1::2::3]",
  "[1:::2]",
  "[1:2:3:4:5:6:7]",
  "[1:2:3:4:5:6:7:8:9]",
  "[1:2:3:4::5:6:7:8]",
  "[1:2:3:4:5:6:7:]",
  "[:1:2:3:4:5:6:7]",
  "[12345::]",
  "[g::]",
  "[::1.2.3]",
  "[::1.2.3.4.5]",
  "[::1.2.3.256]",
  "[::1.2.3.4:5]",
  "[1:2:3:4:5:6:7:1.2.3.4]",
  "[::1.2.3.]",
  "[fe80::1%25eth0]",
  "[fe80::1%eth0]",
  "[v1.a:b]",
];

test("isAuthority() takes hosts with and without a port", () => {
  for (const text of VALID) assert.equal(isAuthority(`(${text})`, 1, 1 + text.length), true, text);
});

test("isAuthority() refuses what is none, and what new URL takes for another host", () => {
  for (const text of INVALID) assert.equal(isAuthority(`(${text})`, 1, 1 + text.length), false, text);
});

test("isAuthority() takes nothing at which this runtime's new URL throws, or in which it sees another host", () => {
  for (const text of VALID) {
    const url = new URL(`http://${text}/p?q`);
    const [, host, port] = /^(\[.*\]|[^:]*):?(\d*)$/.exec(text) ?? [];
    if (!text.startsWith("[")) assert.equal(url.hostname, host.toLowerCase());
    assert.equal(url.port, port === "" || Number(port) === 80 ? "" : String(Number(port)));
    assert.equal(`${url.username}${url.password}`, "");
    assert.equal(url.pathname + url.search, "/p?q");
  }
});

test("isAuthority() takes an xn-- label if this runtime's new URL leaves it as it is", () => {
  for (const text of ["xn--", "xn--a", "a.xn--0:80", "xn--bcher-kva.xn--", "xn--fiqs8s", "XN--ZCA", "xn--xn---epa", "axn--a", "a--xn--"]) {
    let same = false;
    try {
      same = new URL(`http://${text}`).hostname === text.replace(":80", "").toLowerCase();
    } catch {
      // Refused.
    }
    assert.equal(isAuthority(text, 0, text.length), same, text);
  }
});

test("isAuthority() reads a text that is like the last one that passed", () => {
  assert.equal(isAuthority("(example.com)", 1, 12), true);
  for (const text of ["example com", "exam/le.com", "example.co@", "..ample.com"]) {
    assert.equal(isAuthority(text, 0, text.length), false, text);
  }
  assert.equal(isAuthority("example.com:x", 0, 13), false);
  assert.equal(isAuthority("example.com", 0, 0), false);
  assert.equal(isAuthority("example.com", 0, 11), true);
});
