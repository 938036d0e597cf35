import assert from "node:assert/strict";
import { test } from "node:test";
import { soak } from "../../soak/soak.ts";

/** On four runtimes a minute in all; `deno task soak` takes half an hour on each. */
const SECONDS = 15;

test("heddle among honest clients, slow ones, broken ones and such as leave: the honest are served, and nothing is left", {
  timeout: 120_000,
}, async () => {
  const { broken, lives, requests } = await soak(SECONDS, 1);
  assert.deepEqual(broken, []);
  assert.ok(requests > 100 && lives.honest! > 10, `${requests} requests, ${lives.honest} honest clients`);
});
