/**
 * Two parsers in a row, nginx and heddle, find the same requests in what a client sends, whatever that is: no request hides in another
 * one's body.
 */
import assert from "node:assert/strict";
import { KNOWN, mutateKnown } from "../../fuzz/two_parsers.ts";
import { hasFront } from "../support/front.ts";
import { Random } from "../support/random.ts";
import { testUnless } from "../support/test_unless.ts";
import { AT_A_TIME, type Buffering, withTwoParsers } from "../support/two_parsers.ts";

/** Some seconds' worth; `deno task fuzz:nginx` goes on. */
const MUTATIONS = 600;

function inputs(): string[] {
  const random = new Random(1);
  return [...KNOWN, ...Array.from({ length: MUTATIONS }, () => mutateKnown(random))];
}

for (const buffering of ["on", "off"] satisfies Buffering[]) {
  testUnless(
    hasFront("nginx") ? null : "nginx is not installed",
    `nginx in front, proxy_request_buffering ${buffering}: both count the same requests in malformed messages, and nothing hangs`,
    async (context) => {
      await withTwoParsers(buffering, async (parsers) => {
        const all = inputs();
        let [forwarded, served] = [0, 0];
        for (let at = 0; at < all.length; at += AT_A_TIME) {
          const result = await parsers.send(all.slice(at, at + AT_A_TIME));
          assert.deepEqual(result.broken, []);
          forwarded += result.forwarded;
          served += result.served;
        }
        context.diagnostic(`${all.length} inputs, ${forwarded} requests forwarded, ${served} served`);
        // Both sides of it: what reaches the app, and what heddle alone refuses.
        assert.ok(served > 100 && forwarded > served, `${forwarded} forwarded, ${served} served`);
      });
    },
    60_000,
  );
}
