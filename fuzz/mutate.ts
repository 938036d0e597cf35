import type { Random } from "../tests/support/random.ts";

/** No input grows past it: it is the shapes that matter, and a longer one takes time from others. */
const LONGEST = 4096;

/** What turns one message into another, or into none. */
const WORDS = [
  ..."\r\n,\n,\r,\r\n\r\n,\0,\t, ,:,;,=,\x0b,\x7f,\xff,%,#,?,//,..,@".split(","),
  ",",
  "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
  "Content-Length: ",
  "Transfer-Encoding: chunked\r\n",
  "Connection: close\r\n",
  "Expect: 100-continue\r\n",
  "Host: b\r\n",
  "0\r\n\r\n",
  "ffffffffffffffff",
  "9007199254740993",
  "-1",
  "+1",
  "0x10",
  "1e3",
  "HTTP/1.0",
  "HTTP/2.0",
  "http://a/",
  "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
  "[::1]:80",
  "PROXY TCP4 1.2.3.4 5.6.7.8 1 2\r\n",
  "\r\n\r\n\0\r\nQUIT\n",
  'for="[::1]:80";proto=https, for=1.2.3.4',
];

type Change = (text: string, random: Random, others: readonly string[]) => string;

const CHANGES: readonly Change[] = [
  (text, random) => cut(text, random.below(text.length + 1), 1 + random.below(8), ""),
  (text, random) => cut(text, random.below(text.length + 1), 0, random.of(WORDS)),
  (text, random) => cut(text, random.below(text.length + 1), 1, String.fromCharCode(random.below(256))),
  (text, random) => cut(text, random.below(text.length + 1), 1 + random.below(12), random.of(WORDS)),
  // A part of it again, somewhere else.
  (text, random) => {
    const at = random.below(text.length + 1);
    return cut(text, random.below(text.length + 1), 0, text.slice(at, at + 1 + random.below(40)));
  },
  // The start of this one and the end of another.
  (text, random, others) => {
    const other = random.of(others);
    return text.slice(0, random.below(text.length + 1)) + other.slice(random.below(other.length + 1));
  },
  (text, random) => text.slice(0, random.below(text.length + 1)),
  // Digits count: so they are counted on.
  (text, random) =>
    text.replace(
      /\d+/g,
      (digits) => random.below(3) === 0 ? String(random.below(3) === 0 ? 2 ** random.below(60) : random.below(200)) : digits,
    ),
];

/**
 * Makes a new input of a known one, by one to five changes.
 *
 * @param text Each unit is a byte; so is each of the result's.
 */
export function mutate(text: string, random: Random, others: readonly string[]): string {
  let mutated = text;
  for (let changes = 1 + random.below(5); changes > 0; changes--) mutated = random.of(CHANGES)(mutated, random, others).slice(0, LONGEST);
  return mutated;
}

function cut(text: string, at: number, count: number, inserted: string): string {
  return text.slice(0, at) + inserted + text.slice(at + count);
}
