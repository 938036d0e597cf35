import { test } from "node:test";
import type { TestContext } from "node:test";

/**
 * Registers a test, or, where there is a reason against it, a skipped one that tells the reason in its name: neither Deno's nor
 * Bun's reports have another place for it. `scripts/test.ts` prints it, and fails for it under `--no-skips` unless it begins with
 * `deviation: `, which is what a runtime is known not to do.
 *
 * @param reason Why not, such as `nginx is not installed`; null to run it.
 * @param name `symbol() criterion`.
 * @param timeoutMs The test's limit; Bun's own is 5 s.
 */
export function testUnless(
  reason: string | null,
  name: string,
  run: (context: TestContext) => void | Promise<void>,
  timeoutMs = 5000,
): void {
  if (reason === null) {
    test(name, { timeout: timeoutMs }, run);
  } else {
    test(`${name} # SKIP ${reason}`, { skip: reason }, () => {});
  }
}
