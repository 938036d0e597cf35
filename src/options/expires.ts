import { ConfigError } from "../errors.ts";
import { nearestName } from "./nearest.ts";
import type { Unit } from "./option.ts";
import { duration } from "./units.ts";

/** Seconds that caches take for ever, in milliseconds (RFC 9111 section 1.2.2). */
const LONGEST_KEPT_MS = (2 ** 31 - 1) * 1000;

const KEPT = duration("s", LONGEST_KEPT_MS);

const SUBJECTS = ["path", "type", "uri", "path-info"] as const;

const FROM_MTIME = "mtime+";

/** Which files, and for how long they may be kept, as `staticFiles()` takes it. */
export interface ExpiryRule {
  readonly pattern: string;
  readonly subject?: typeof SUBJECTS[number];
  readonly seconds: number;
  readonly from?: "mtime";
}

/**
 * uWSGI's eight options in one: `path:`, `type:`, `uri:` and `path-info:` before a pattern stand for `--static-expires`, `-type`, `-uri` and `-path-info`,
 * and `mtime+` before the seconds for those that end in `-mtime`.
 */
export const EXPIRES: Unit<ExpiryRule> = {
  placeholder: "RULE",
  spelling:
    "[path:|type:|uri:|path-info:]PATTERN=[mtime+]SECONDS, a regular expression, and seconds, or with a unit, from now or from the file's own time: " +
    "\\.css$=1h, ^image/=7d, uri:[?]v==365d, type:^text/html=mtime+5m; in the variable a comma separates where it follows the seconds",
  // A pattern has commas of its own, as in `[0-9]{2,4}`.
  separator: /(?<==(?:mtime\+)?\d{1,12}(?:\.\d{1,6})?(?:ms|s|m|h|d)?\s*),/i,
  parse(text) {
    const equals = text.lastIndexOf("=");
    const { subject, pattern } = readSubject(text.slice(0, Math.max(equals, 0)));
    if (pattern === "") throw new ConfigError(null, "not PATTERN=SECONDS, such as \\.css$=3600, or PATTERN=mtime+SECONDS");
    const kept = text.slice(equals + 1);
    const isFromMtime = kept.startsWith(FROM_MTIME);
    const seconds = Math.ceil(KEPT.parse(isFromMtime ? kept.slice(FROM_MTIME.length) : kept) / 1000);
    try {
      new RegExp(pattern);
    } catch {
      throw new ConfigError(null, `${JSON.stringify(pattern)} is no regular expression`);
    }
    return { pattern, ...(subject !== null && { subject }), seconds, ...(isFromMtime && { from: "mtime" }) };
  },
};

/** A word and a colon begin no path of a file's and no type, so that no pattern is meant by them. */
function readSubject(text: string): { readonly subject: typeof SUBJECTS[number] | null; readonly pattern: string } {
  const [all, word] = /^([a-z][a-z_-]*):/i.exec(text) ?? [];
  if (all === undefined || word === undefined) return { subject: null, pattern: text };
  const subject = SUBJECTS.find((name) => name === word);
  if (subject !== undefined) return { subject, pattern: text.slice(all.length) };
  const nearest = nearestName(word, SUBJECTS);
  const meant = nearest === null ? "" : `; did you mean "${nearest}:"?`;
  throw new ConfigError(null, `${JSON.stringify(all)} is none of ${SUBJECTS.map((name) => `${name}:`).join(", ")}${meant}`);
}
