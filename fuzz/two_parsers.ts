/** What two parsers in a row are tried with. */
import { chunked, GROUPS, LIMITS } from "../tests/support/refused_messages.ts";
import type { Random } from "../tests/support/random.ts";
import { readCorpus } from "./corpus.ts";
import { mutate } from "./mutate.ts";

const HIDDEN = "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n";
const POST = "POST / HTTP/1.1\r\nHost: a\r\n";

/** Nothing is wrong with them, and each hides a request in its body. */
const VALID: readonly string[] = [
  `${POST}Content-Length: ${HIDDEN.length}\r\n\r\n${HIDDEN}`,
  chunked(`${HIDDEN.length.toString(16)}\r\n${HIDDEN}\r\n0\r\n\r\n`),
  chunked(`1;a="b"\r\nx\r\n0\r\nx: ${"y".repeat(50)}\r\n\r\n`),
  chunked("1\r\nx\r\n0\r\nContent-Length: 50\r\nTransfer-Encoding: chunked\r\n\r\n"),
  `${POST}Expect: 100-continue\r\nContent-Length: ${HIDDEN.length}\r\n\r\n${HIDDEN}`,
  `GET / HTTP/1.0\r\nConnection: keep-alive\r\nContent-Length: ${HIDDEN.length}\r\n\r\n${HIDDEN}`,
  `GET http://a/p HTTP/1.1\r\nHost: a\r\nContent-Length: ${HIDDEN.length}\r\n\r\n${HIDDEN}`,
  `HEAD / HTTP/1.1\r\nHost: a\r\nContent-Length: ${HIDDEN.length}\r\n\r\n${HIDDEN}`,
  // More than is taken in before the app is called.
  `${POST}Content-Length: 200000\r\n\r\n${HIDDEN.repeat(10_000).slice(0, 200_000)}`,
];

/** Of each sort one: what is valid, what no server may take, and what the fuzz has found. */
export const KNOWN: readonly string[] = [
  ...VALID,
  ...[...Object.values(GROUPS).flat(), ...LIMITS].map(([, bytes]) => bytes),
  ...readCorpus(),
];

/** A new one, half of the time of a valid one: a first parser lets more of these through. */
export function mutateKnown(random: Random): string {
  return mutate(random.of(random.below(2) === 0 ? VALID : KNOWN), random, KNOWN);
}
