import { LOOP_DEVIATIONS, type LoopDeviation } from "../conformance/deviations.ts";
import { runtimeName } from "./runtime.ts";
import { testUnless } from "./test_unless.ts";

/** This runtime's loop engine. */
export const OWN_LOOP: LoopDeviation["loop"] = ({ deno: "deno-serve", bun: "bun-serve", node: "node-http" } as const)[runtimeName()];

/** What a server is served by: heddle's own sockets, or a loop engine. */
export interface ServedBy {
  readonly loop?: string;
}

/**
 * Registers a test twice: on heddle's own sockets, and on this runtime's loop engine, unless that is known to do otherwise.
 *
 * @param name `symbol() criterion`.
 */
export function testOnBoth(name: string, run: (by: ServedBy) => Promise<void>): void {
  testUnless(null, `${name} (sockets)`, () => run({}), 60_000);
  const known = LOOP_DEVIATIONS.find(({ loop, tests }) => loop === OWN_LOOP && tests.includes(name));
  testUnless(known === undefined ? null : `deviation: ${known.reason}`, `${name} (${OWN_LOOP})`, () => run({ loop: OWN_LOOP }), 60_000);
}
