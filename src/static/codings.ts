/** Which precompressed file a client takes (RFC 9110 section 12.5.3). */

/** A content coding, and the ending of a file that has it. */
export interface Coding {
  readonly name: string;
  readonly ending: string;
}

/** The smaller ones first: a client that takes several alike gets the first that there is. */
export const CODINGS: readonly Coding[] = [
  { name: "br", ending: ".br" },
  { name: "zstd", ending: ".zst" },
  { name: "gzip", ending: ".gz" },
];

/** A coding, or `*`, or `identity`, with its weight. */
const ELEMENT = /^([!#$%&'*+.^_`|~0-9a-z-]+)[ \t]*(?:;[ \t]*q=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)[ \t]*)?$/i;

/**
 * Lists the codings that a client takes rather than the file itself, the best first.
 *
 * @param accept The `Accept-Encoding` field, or null without one; of a list with an error, what is well formed counts.
 */
export function acceptedCodings(accept: string | null): readonly Coding[] {
  if (accept === null) return [];
  const weights = new Map<string, number>();
  for (const element of accept.split(",")) {
    const parts = ELEMENT.exec(element.trim());
    if (parts === null) continue;
    const name = parts[1]!.toLowerCase();
    weights.set(name === "x-gzip" ? "gzip" : name, Number(parts[2] ?? 1));
  }
  const other = weights.get("*") ?? 0;
  const identity = weights.get("identity") ?? 0;
  const weightOf = (coding: Coding) => weights.get(coding.name) ?? other;
  return CODINGS.filter((coding) => weightOf(coding) > 0 && weightOf(coding) >= identity).sort((one, two) => weightOf(two) - weightOf(one));
}
