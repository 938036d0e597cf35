import assert from "node:assert/strict";
import { test } from "node:test";
import { formatAddress, tcpAddress } from "../../../src/io/address.ts";

test("tcpAddress() writes a mapped IPv4 address as IPv4, and leaves others alone", () => {
  assert.equal(tcpAddress("::ffff:192.0.2.7", 80).hostname, "192.0.2.7");
  assert.equal(tcpAddress("192.0.2.7", 80).hostname, "192.0.2.7");
  assert.equal(tcpAddress("::1", 80).hostname, "::1");
  assert.equal(tcpAddress("::ffff:0:1", 80).hostname, "::ffff:0:1");
});

test("formatAddress() puts IPv6 in brackets, and a path behind unix:", () => {
  assert.equal(formatAddress(tcpAddress("127.0.0.1", 80)), "127.0.0.1:80");
  assert.equal(formatAddress(tcpAddress("::1", 8080)), "[::1]:8080");
  assert.equal(formatAddress({ transport: "unix", path: "/run/app.sock" }), "unix:/run/app.sock");
});
