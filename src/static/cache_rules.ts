/** For how long some files may be kept without asking. */
export interface StaticExpiry {
  /**
   * A regular expression, or the text of one. It is tried on the file's path below the folder, with a slash before it (`/css/a.css`), and on its content
   * type (`text/css; charset=utf-8`): `\.css$` and `^text/css` find the same files.
   */
  readonly pattern: RegExp | string;
  /** 0 to 2^31 - 1, which caches take for ever (RFC 9111 section 1.2.2). */
  readonly seconds: number;
}

/** What says for how long a file is kept. */
export interface CacheRules {
  /** The `Cache-Control` of what no other rule finds. */
  readonly otherwise: string;
  readonly expires: readonly { readonly pattern: RegExp; readonly seconds: number }[];
}

/** A name that says which content it has: `app.3f9a1c0b.js`, `chunk-5d41402abc4b2a76.css`. One of digits alone may be a date, as in `news-20261128.html`. */
const HASHED_NAME = /[.-](?=\d*[a-f])(?=[a-f]*\d)[0-9a-f]{8,64}\.[^/]*$/i;

/** RFC 9111 section 1.2.2. */
const MOST_SECONDS = 2 ** 31 - 1;

/**
 * Reads rules.
 *
 * @throws {RangeError} An expiry is not from 0 to 2^31 - 1 seconds, in whole ones.
 * @throws {SyntaxError} The text of a pattern is no regular expression.
 */
export function readCacheRules(otherwise: string, expires: readonly StaticExpiry[]): CacheRules {
  return {
    otherwise,
    expires: expires.map(({ pattern, seconds }) => {
      if (!Number.isInteger(seconds) || seconds < 0 || seconds > MOST_SECONDS) {
        throw new RangeError(`staticFiles(): ${pattern} expires in ${seconds} seconds: whole ones from 0 to ${MOST_SECONDS} are meant`);
      }
      // A global or sticky one would go on where it matched last.
      return {
        seconds,
        pattern: typeof pattern === "string" ? new RegExp(pattern) : new RegExp(pattern, pattern.flags.replace(/[gy]/g, "")),
      };
    }),
  };
}

/**
 * Gives a file's `Cache-Control`.
 *
 * @param path Below the folder.
 * @param type Its content type.
 */
export function cacheControlOf({ expires, otherwise }: CacheRules, path: string, type: string): string {
  for (const { pattern, seconds } of expires) {
    if (pattern.test(`/${path}`) || pattern.test(type)) return `max-age=${seconds}`;
  }
  return HASHED_NAME.test(path) ? "public, max-age=31536000, immutable" : otherwise;
}
