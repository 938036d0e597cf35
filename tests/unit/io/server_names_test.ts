import assert from "node:assert/strict";
import { test } from "node:test";
import { readIdentity } from "../../../src/io/node_identity.ts";
import { ServerNames } from "../../../src/io/server_names.ts";
import { createIdentity } from "../../support/certificate.ts";

const HOSTS = [["first.test"], ["*.Star.test", "other.test"], ["a.star.test", "other.test", "*.star.test"], [], ["other.test"]];

test("ServerNames.find() takes the whole name before a star, the star for one label, and else the first certificate", () => {
  const names = new ServerNames(HOSTS);
  const expected: readonly (readonly [name: string, index: number])[] = [
    ["first.test", 0],
    ["FIRST.TEST", 0],
    ["a.star.test", 2],
    ["A.Star.Test", 2],
    ["b.star.test", 1],
    ["a.b.star.test", 0],
    ["star.test", 0],
    [".star.test", 0],
    ["*.star.test", 1],
    ["other.test", 1],
    ["", 0],
    [".", 0],
    ["__proto__", 0],
  ];
  for (const [name, index] of expected) assert.equal(names.find(name), index, name);
});

test("ServerNames.isLost() is true of a certificate that no name leads to, but for the first one", () => {
  const names = new ServerNames(HOSTS);
  assert.deepEqual(HOSTS.map((hosts, index) => names.isLost(hosts, index)), [false, false, false, true, true]);
  assert.equal(new ServerNames([[]]).isLost([], 0), false);
});

test("readIdentity() gives the DNS names, and no other ones", async () => {
  const { hosts } = await readIdentity(createIdentity("subject", 30, "DNS:a.test,IP:127.0.0.1,DNS:*.b.test,email:c@d.test"));
  assert.deepEqual(hosts, ["a.test", "*.b.test"]);
  assert.deepEqual((await readIdentity(createIdentity("subject.test", 30, ""))).hosts, []);
});
