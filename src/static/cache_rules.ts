import { formatHttpDate } from "./http_date.ts";

/** For how long some files may be kept without asking. */
export interface StaticExpiry {
  /** A regular expression, or the text of one. */
  readonly pattern: RegExp | string;
  /**
   * What it is tried on: the file's `path` below the folder, with a slash before it (`/css/a.css`); its content `type` (`text/css; charset=utf-8`); the
   * `uri`, which is the URL's path and query as they were sent; or `path-info`, which is the URL's path without its escapes. With one of `uri` no answer of
   * the folder is kept whole, as it depends on the query.
   *
   * @default the path and the type: `\.css$` and `^text/css` find the same files
   */
  readonly subject?: "path" | "type" | "uri" | "path-info";
  /** 0 to 2^31 - 1, which caches take for ever (RFC 9111 section 1.2.2). */
  readonly seconds: number;
  /**
   * From when they count: from `now`, when it is sent (`max-age`), or from the `mtime`, when it was changed, which makes an `Expires` of the same date for
   * everyone (uWSGI's options that end in `-mtime`).
   *
   * @default "now"
   */
  readonly from?: "now" | "mtime";
}

type Subject = NonNullable<StaticExpiry["subject"]>;

interface Expiry {
  readonly pattern: RegExp;
  readonly subject: Subject | null;
  readonly seconds: number;
  readonly isFromMtime: boolean;
}

/** What says for how long a file is kept. */
export interface CacheRules {
  /** The `Cache-Control` of what no other rule finds. */
  readonly otherwise: string;
  readonly expires: readonly Expiry[];
  /** Some depend on the query. */
  readonly readQuery: boolean;
}

/** What a file was asked for by, and is. */
export interface KeptFile {
  /** Below the folder. */
  readonly path: string;
  /** Its content type. */
  readonly type: string;
  /** Of the request, absolute. */
  readonly url: string;
  /** When it was changed: seconds since 1970, none that is to come. */
  readonly modified: number;
}

/** A name that says which content it has: `app.3f9a1c0b.js`, `chunk-5d41402abc4b2a76.css`. One of digits alone may be a date, as in `news-20261128.html`. */
const HASHED_NAME = /[.-](?=\d*[a-f])(?=[a-f]*\d)[0-9a-f]{8,64}\.[^/]*$/i;

/** RFC 9111 section 1.2.2. */
const MOST_SECONDS = 2 ** 31 - 1;

const SUBJECTS: readonly (Subject | undefined)[] = ["path", "type", "uri", "path-info", undefined];

/**
 * Reads rules.
 *
 * @throws {RangeError} An expiry is not from 0 to 2^31 - 1 seconds, in whole ones.
 * @throws {TypeError} An expiry's subject or start is none of those that there are.
 * @throws {SyntaxError} The text of a pattern is no regular expression.
 */
export function readCacheRules(otherwise: string, expires: readonly StaticExpiry[]): CacheRules {
  return { otherwise, expires: expires.map(readExpiry), readQuery: expires.some(({ subject }) => subject === "uri") };
}

function readExpiry({ pattern, seconds, subject, from = "now" }: StaticExpiry): Expiry {
  if (!Number.isInteger(seconds) || seconds < 0 || seconds > MOST_SECONDS) {
    throw new RangeError(`staticFiles(): ${pattern} expires in ${seconds} seconds: whole ones from 0 to ${MOST_SECONDS} are meant`);
  }
  if (!SUBJECTS.includes(subject)) {
    throw new TypeError(`staticFiles(): ${pattern} is tried on ${subject}: path, type, uri or path-info is meant`);
  }
  if (from !== "now" && from !== "mtime") throw new TypeError(`staticFiles(): ${pattern} expires from ${from} on: now or mtime is meant`);
  return {
    seconds,
    subject: subject ?? null,
    isFromMtime: from === "mtime",
    // A global or sticky one would go on where it matched last.
    pattern: typeof pattern === "string" ? new RegExp(pattern) : new RegExp(pattern, pattern.flags.replace(/[gy]/g, "")),
  };
}

/** The field that says for how long a file is kept: `cache-control`, or `expires`. */
export function cacheFieldOf({ expires, otherwise }: CacheRules, file: KeptFile): readonly [name: string, value: string] {
  const { path, modified } = file;
  const found = expires.find(({ pattern, subject }) => subjectsOf(subject, file).some((text) => pattern.test(text)));
  if (found?.isFromMtime === true) return ["expires", formatHttpDate(modified + found.seconds)];
  if (found !== undefined) return ["cache-control", `max-age=${found.seconds}`];
  return ["cache-control", HASHED_NAME.test(path) ? "public, max-age=31536000, immutable" : otherwise];
}

function subjectsOf(subject: Subject | null, { path, type, url }: KeptFile): readonly string[] {
  switch (subject) {
    case null:
      return [`/${path}`, type];
    case "path":
      return [`/${path}`];
    case "type":
      return [type];
    case "uri": {
      const { pathname, search } = new URL(url);
      return [pathname + search];
    }
    case "path-info":
      return [decoded(new URL(url).pathname)];
  }
}

/** As it stands where it is no UTF-8, as a prefix may be: `/%FF`. */
function decoded(pathname: string): string {
  try {
    return decodeURIComponent(pathname);
  } catch {
    return pathname;
  }
}
