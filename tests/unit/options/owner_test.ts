import assert from "node:assert/strict";
import { test } from "node:test";
import { ConfigError } from "../../../src/errors.ts";
import { OWNER } from "../../../src/options/owner.ts";

test("OWNER reads users and groups, by names or numbers", () => {
  assert.deepEqual(OWNER.parse("www-data"), { user: "www-data", group: null });
  assert.deepEqual(OWNER.parse("www-data:web.1"), { user: "www-data", group: "web.1" });
  assert.deepEqual(OWNER.parse(":33"), { user: null, group: "33" });
  assert.deepEqual(OWNER.parse("0:0"), { user: "0", group: "0" });
});

test("OWNER refuses what is none", () => {
  for (const text of ["", ":", "a:", "a:b:c", "a b", "-1:/", "4294967295", "12x", ":99999999999"]) {
    assert.throws(() => OWNER.parse(text), ConfigError, JSON.stringify(text));
  }
});
