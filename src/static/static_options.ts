import { canonicalPath } from "./canonical_path.ts";
import { type CacheRules, readCacheRules, type StaticExpiry } from "./cache_rules.ts";
import { readTypes, type TypesByEnding } from "./content_type.ts";

/** How files are served. */
export interface StaticOptions {
  /**
   * The URL's path that stands for the folder, such as `/assets`; it is taken off before the rest is looked up.
   *
   * @default "/"
   */
  readonly prefix?: string;
  /**
   * Leaves the prefix on, so that `/assets/a.css` is the folder's `assets/a.css` (uWSGI `--static-map2`).
   *
   * @default false
   */
  readonly keepPrefix?: boolean;
  /**
   * Names looked for in a directory, in this order (uWSGI `--static-index`).
   *
   * @default ["index.html"]
   */
  readonly index?: readonly string[];
  /**
   * Serves names that begin with a dot. `/.well-known/` is served without it (RFC 8615).
   *
   * @default false
   */
  readonly dotfiles?: boolean;
  /**
   * Looks for `NAME.br`, `NAME.zst` and `NAME.gz` beside a file, for clients that take them; one that is older than the file is passed over.
   *
   * @default false
   */
  readonly precompressed?: boolean;
  /**
   * Folders outside of the root that links below it may lead to (uWSGI `--static-safe`).
   *
   * @default []
   */
  readonly safe?: readonly string[];
  /**
   * What a path ends with that is never a file to serve, such as `.php`, in any case: the app has it (uWSGI `--static-skip-ext`). The name that is asked
   * for counts, not that of a file which a link leads to.
   *
   * @default []
   */
  readonly skipExtensions?: readonly string[];
  /**
   * The `Cache-Control` of a file. One whose name has a hash in it (8 hexadecimal digits and more between dots or dashes, letters and others) may be kept
   * for a year without asking, whatever this says.
   *
   * @default "no-cache": kept, and asked for again each time
   */
  readonly cacheControl?: string;
  /**
   * For how long files may be kept without asking, the first pattern that matches first; it goes before `cacheControl`, and before a hash in the name
   * (uWSGI's eight `--static-expires`).
   *
   * @default []
   */
  readonly expires?: readonly StaticExpiry[];
  /**
   * Sends `/docs` on to `/docs/` where that is a directory with an index, or is listed, so that relative links in its page hold.
   *
   * @default true
   */
  readonly redirect?: boolean;
  /**
   * Answers for a directory without an index by a page of what is in it, a thousand entries at a time, of 100,000 at most. Names that are not served are
   * not in it.
   *
   * @default false
   */
  readonly listing?: boolean;
  /**
   * A file below the folder, such as `index.html`, for what is no file, as a page with a router of its own wants it. It is given to navigations alone, which
   * ask for `text/html`, and never for a name with a known ending: what a page lacks is not answered by the page. Before an app it takes its navigations,
   * too: there, give it a prefix, or put the app's routes before it.
   *
   * @default none
   */
  readonly fallback?: string;
  /**
   * A file below the folder that is sent with a 404, where no app has its own.
   *
   * @default a line of text
   */
  readonly notFound?: string;
  /**
   * Content types by the endings of names, without a dot; they go before the known ones. Text without a `charset` gets UTF-8.
   *
   * @default {}
   */
  readonly types?: Readonly<Record<string, string>>;
  /**
   * Lets pages of all origins read what is served, and answers their preflight requests (Fetch standard, CORS protocol).
   *
   * @default false
   */
  readonly cors?: boolean;
  /**
   * Bytes of memory for small files and their answers; 0 for none, and every request asks the file system.
   *
   * @default 67108864, 64 MiB
   */
  readonly cacheBytes?: number;
  /**
   * For how long, in milliseconds, a file in memory is taken without asking the file system whether it is still the one.
   *
   * @default 1000
   */
  readonly cacheTtlMs?: number;
  /**
   * For how long, in milliseconds, it is remembered that a path leads to no file, so that a path that is the app's costs no look at the disk (uWSGI
   * `--static-cache-paths`); a file that comes is seen after it. It takes memory of `cacheBytes`.
   *
   * @default 0
   */
  readonly cachePathsMs?: number;
}

/** Options as they are worked with. */
export interface StaticSettings {
  /** Without a slash at its end; empty for the whole of a site. */
  readonly mount: string;
  readonly keepPrefix: boolean;
  readonly index: readonly string[];
  readonly dotfiles: boolean;
  readonly precompressed: boolean;
  /** In lower case. */
  readonly skipped: readonly string[];
  readonly cacheRules: CacheRules;
  readonly redirect: boolean;
  readonly listing: boolean;
  readonly fallback: string | null;
  readonly notFound: string | null;
  readonly types: TypesByEnding;
  readonly cors: boolean;
  readonly cacheBytes: number;
  readonly cacheTtlMs: number;
  readonly cachePathsMs: number;
}

/**
 * Reads options.
 *
 * @throws {TypeError} The prefix does not begin with a slash, or has a query; a path leads out of the folder, an ending is empty, or a type or the
 * `cacheControl` is none.
 * @throws {RangeError} An expiry is not from 0 to 2^31 - 1 seconds, or an amount is below 0.
 * @throws {SyntaxError} The text of a pattern is no regular expression.
 */
export function readStaticOptions(options: StaticOptions): StaticSettings {
  const { prefix = "/", skipExtensions = [], fallback, notFound } = options;
  if (skipExtensions.includes("")) throw new TypeError("staticFiles(): an empty ending in skipExtensions would leave no file to serve");
  return {
    mount: mountOf(prefix),
    keepPrefix: options.keepPrefix ?? false,
    index: (options.index ?? ["index.html"]).map((name) => pathBelow(name, "index")),
    dotfiles: options.dotfiles ?? false,
    precompressed: options.precompressed ?? false,
    skipped: skipExtensions.map((ending) => ending.toLowerCase()),
    cacheRules: readCacheRules(fieldValue(options.cacheControl ?? "no-cache", "cacheControl"), options.expires ?? []),
    redirect: options.redirect ?? true,
    listing: options.listing ?? false,
    fallback: fallback === undefined ? null : pathBelow(fallback, "fallback"),
    notFound: notFound === undefined ? null : pathBelow(notFound, "notFound"),
    types: readTypes(options.types ?? {}),
    cors: options.cors ?? false,
    cacheBytes: amount(options.cacheBytes ?? 67_108_864, "cacheBytes"),
    cacheTtlMs: amount(options.cacheTtlMs ?? 1000, "cacheTtlMs"),
    cachePathsMs: amount(options.cachePathsMs ?? 0, "cachePathsMs"),
  };
}

function amount(value: number, option: string): number {
  if (value >= 0) return value;
  throw new RangeError(`staticFiles(): ${option} is ${value}; a number from 0 is wanted`);
}

/** As RFC 9110 section 5.5 has it, and without bytes beyond ASCII. */
function fieldValue(text: string, option: string): string {
  if (/^[\t\x20-\x7e]+$/.test(text)) return text;
  throw new TypeError(`staticFiles(): ${option} ${JSON.stringify(text)} is no value of a header field`);
}

/**
 * A prefix as paths of URLs begin with it (`canonicalPath`): `/f\u00fc r/` is `/f%C3%BC%20r`, and what it has of dots is resolved.
 *
 * @returns Without a slash at its end.
 * @throws {TypeError} It does not begin with a slash, or has a query.
 */
export function mountOf(prefix: string): string {
  if (!prefix.startsWith("/")) throw new TypeError(`staticFiles(): the prefix ${JSON.stringify(prefix)} must begin with a slash`);
  if (/[?#]/.test(prefix)) {
    throw new TypeError(`staticFiles(): the prefix ${JSON.stringify(prefix)} is no path: write "?" as %3F, "#" as %23`);
  }
  return canonicalPath(new URL(`http://localhost${prefix}`).pathname).replace(/\/$/, "");
}

function pathBelow(text: string, option: string): string {
  const path = text.startsWith("/") ? text.slice(1) : text;
  if (path.split("/").some((name) => name === "" || name === "." || name === "..") || path.includes("\0")) {
    throw new TypeError(`staticFiles(): ${option} ${JSON.stringify(text)} is no path below the folder, such as "index.html"`);
  }
  return path;
}
