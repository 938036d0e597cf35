/**
 * Static files in anyone's app: `heddle/static`.
 *
 * @module
 */
import { openNodeSite } from "../io/node_files.ts";
import type { StaticExpiry } from "../static/cache_rules.ts";
import { StaticFiles } from "../static/static_files.ts";
import type { StaticOptions } from "../static/static_options.ts";

export type { StaticExpiry, StaticOptions };

/** Serves a folder: as a fetch app of its own, before an app, or as Hono's middleware. */
export interface StaticServer {
  /** Answers every request; what is no file with 404. */
  fetch(request: Request): Response | Promise<Response>;
  /** Answers what is a file; null else, for the app to answer. What is in memory comes at once, without a promise. */
  find(request: Request): Response | null | Promise<Response | null>;
  /** Hono's middleware: what is no file goes to the next one. */
  middleware(context: { readonly req: { readonly raw: Request } }, next: () => Promise<void>): Promise<Response | void>;
}

/**
 * Serves the files of a folder, as uWSGI's `--static-map` does, with conditional requests, ranges and precompressed files.
 *
 * @example
 * ```ts
 * import { Hono } from "hono";
 * import { staticFiles } from "heddle/static";
 *
 * const assets = staticFiles("public", { prefix: "/assets", precompressed: true });
 * export default new Hono().use(assets.middleware).get("/", (c) => c.text("Hello"));
 * ```
 * @param root The folder, absolute or from the current directory; or a single file, which is served for the prefix itself.
 * @throws {TypeError} The prefix does not begin with a slash, or has a query; a path leads out of the folder, an ending is empty, or a type is none.
 * @throws {RangeError} An expiry is not from 0 to 2^31 - 1 seconds.
 * @throws {SyntaxError} The text of a pattern is no regular expression.
 */
export function staticFiles(root: string, options: StaticOptions = {}): StaticServer {
  const files = new StaticFiles(() => openNodeSite(root, options.safe), options);
  return {
    fetch: (request) => files.fetch(request),
    find: (request) => files.find(request),
    async middleware(context, next) {
      const response = await files.find(context.req.raw);
      return response ?? await next();
    },
  };
}
