import type { AnswerParts } from "../contract/engine.ts";
import type { OpenFile, ReadOnlyFolder } from "../contract/files.ts";
import type { RequestHead } from "../contract/head.ts";
import { withoutQuery } from "../without_query.ts";
import { byteResponse } from "./byte_response.ts";
import { type ByteRange, selectRange } from "./byte_range.ts";
import { CachedFile } from "./cached_file.ts";
import { canonicalPath } from "./canonical_path.ts";
import { CachedFolder } from "./cached_folder.ts";
import { acceptedCodings, type Coding, CODINGS } from "./codings.ts";
import { evaluateConditions, rangeHolds } from "./conditions.ts";
import { cacheFieldOf } from "./cache_rules.ts";
import { contentTypeOf, hasKnownEnding } from "./content_type.ts";
import { allowAllOrigins, allowPreflight } from "./cross_origin.ts";
import { streamFile } from "./file_stream.ts";
import { formatHttpDate } from "./http_date.ts";
import { AnswerBasis, KnownAnswers } from "./known_answers.ts";
import { Listings, pageOf } from "./listings.ts";
import { acceptsPage } from "./navigation.ts";
import { type Missing, openFile, reasonOf } from "./open_file.ts";
import { redirectToFolder, refusal } from "./plain_answers.ts";
import { asksForFile, HeadFields, pathnameOfUrl } from "./request_facts.ts";
import { isServedName, resolvePath } from "./resolve_path.ts";
import { readStaticOptions, type StaticOptions, type StaticSettings } from "./static_options.ts";
import { type Validators, validatorsOf } from "./validators.ts";

const ALLOWED = "GET, HEAD, OPTIONS";

/** A file that stands for the one that was asked for. */
interface Compressed {
  readonly file: OpenFile;
  readonly coding: Coding;
}

/** Serves the files of one folder. `heddle/static` has the way to make one. */
export class StaticFiles {
  readonly #openFolder: () => Promise<ReadOnlyFolder>;
  readonly #settings: StaticSettings;
  readonly #nowMs: () => number;
  readonly #listings = new Listings();
  /** Null where nothing is kept. */
  readonly #known: KnownAnswers | null;
  /** Null until it is asked for, and after it could not be opened. */
  #folder: Promise<ReadOnlyFolder> | null = null;

  /**
   * @param openFolder Called with the first request; again with the next one if it rejects, which is that request's failure.
   * @throws {TypeError|RangeError|SyntaxError} An option is wrong, as `readStaticOptions` has it.
   */
  constructor(openFolder: () => Promise<ReadOnlyFolder>, options: StaticOptions = {}, nowMs: () => number = Date.now) {
    this.#nowMs = nowMs;
    this.#settings = readStaticOptions(options);
    const { cacheBytes, cacheTtlMs: ttlMs, cachePathsMs: absentMs, precompressed, cacheRules } = this.#settings;
    // A half for the files, and a half for the answers, which keep their files' bytes for as long as they are kept themselves.
    const bytes = cacheBytes / 2;
    this.#openFolder = bytes > 0 ? async () => new CachedFolder(await openFolder(), { bytes, ttlMs, absentMs }, nowMs) : openFolder;
    this.#known = bytes > 0 && ttlMs > 0 && !cacheRules.readQuery ? new KnownAnswers(bytes, ttlMs, precompressed, nowMs) : null;
  }

  /** Answers every request: what is no file as `missing` does. */
  fetch(request: Request): Response | Promise<Response> {
    return this.#findKnown(request) ?? this.#fetchUnknown(request);
  }

  async #fetchUnknown(request: Request): Promise<Response> {
    return await this.#findUnknown(request) ?? await this.missing(request);
  }

  /**
   * Answers what is a file; null for what an app may answer: another method, a path outside of the prefix, no such file. A path that can be nobody's
   * (`%00`, a bad escape, dots that lead upwards) is a 400. What is in memory is answered at once, without a promise.
   */
  find(request: Request): Response | null | Promise<Response | null> {
    return this.#findKnown(request) ?? this.#findUnknown(request);
  }

  /**
   * What `find` would answer, where that is in memory, for a server that needs no Response.
   *
   * @returns Null where it is not known: `find` knows, or finds out.
   */
  known(head: RequestHead): AnswerParts | null {
    return this.#known !== null && asksForFile(head.method) ? this.#known.find(withoutQuery(head.path), new HeadFields(head)) : null;
  }

  #findKnown({ method, url, headers }: Request): Response | null {
    const known = this.#known !== null && asksForFile(method) ? this.#known.find(pathnameOfUrl(url), headers) : null;
    if (known === null) return null;
    const { status, fields, body } = known;
    return new Response(method === "HEAD" ? null : body as BodyInit | null, { status, headers: [...fields] as [string, string][] });
  }

  async #findUnknown(request: Request): Promise<Response | null> {
    const answer = await this.#find(request);
    if (answer !== null && this.#settings.cors) allowAllOrigins(answer.headers);
    return answer;
  }

  /** Answers where nobody else does: 404, with the file for it if there is one, 405 for other methods, and `OPTIONS`. */
  async missing(request: Request): Promise<Response> {
    const { cors, fallback } = this.#settings;
    const answer = await this.#missing(request);
    if (cors) allowAllOrigins(answer.headers);
    if (fallback !== null && answer.status === 404) answer.headers.append("vary", "accept");
    return answer;
  }

  async #find(request: Request): Promise<Response | null> {
    if (!asksForFile(request.method)) return null;
    const { dotfiles, redirect } = this.#settings;
    const { pathname, search } = new URL(request.url);
    const below = this.#belowPrefix(pathname);
    if (below === null) return null;
    const resolved = resolvePath(below, dotfiles);
    if (typeof resolved === "string") return resolved === "invalid" ? refusal(400, "the path is not valid") : null;
    const { path } = resolved;
    const { onlyFile } = await this.#opened();
    if (onlyFile !== undefined) return this.#isMountItself(below) ? await this.#only(request, onlyFile, pathname) : null;
    if (this.#isSkipped(path)) return null;
    // The prefix alone, without a slash, is sent on as any folder is.
    if (resolved.wantsDirectory && !(below === "" && redirect)) {
      return await this.#index(request, path, pathname) ?? await this.#list(request, path, search) ?? await this.#fallBack(request, path);
    }
    const opened = await this.#open(path);
    if (opened === "folder" && redirect && await this.#hasPage(path)) return redirectToFolder(pathname, search);
    if (opened === "denied") return refusal(403, "not permitted");
    if (typeof opened === "string") return await this.#fallBack(request, path);
    return await this.#answer(request, path, opened, pathname);
  }

  #isMountItself(below: string): boolean {
    return below === "" || this.#settings.mount === "" && below === "/";
  }

  /** A single file in a folder's place: it stands for the prefix, and for nothing below that. */
  async #only(request: Request, name: string, pathname: string): Promise<Response | null> {
    if (this.#isSkipped(name)) return null;
    const opened = await this.#open("");
    if (opened === "denied") return refusal(403, "not permitted");
    return typeof opened === "string" ? null : await this.#answer(request, name, opened, pathname);
  }

  /** Whether a folder answers for itself; else an app's own path of the same name would be sent on to nothing. */
  async #hasPage(directory: string): Promise<boolean> {
    const { listing, index } = this.#settings;
    if (listing) return true;
    for (const name of index) {
      const path = directory === "" ? name : `${directory}/${name}`;
      if (this.#isSkipped(path)) continue;
      const opened = await this.#open(path);
      if (typeof opened !== "string") await opened.close();
      if (opened !== "absent" && opened !== "folder") return true;
    }
    return false;
  }

  #belowPrefix(url: string): string | null {
    const { mount, keepPrefix } = this.#settings;
    if (mount === "") return url;
    const pathname = canonicalPath(url);
    if (pathname !== mount && !pathname.startsWith(`${mount}/`)) return null;
    return keepPrefix ? pathname : pathname.slice(mount.length);
  }

  #isSkipped(path: string): boolean {
    const { skipped } = this.#settings;
    if (skipped.length === 0) return false;
    const lower = path.toLowerCase();
    return skipped.some((ending) => lower.endsWith(ending));
  }

  async #missing(request: Request): Promise<Response> {
    const { cors, notFound, types } = this.#settings;
    if (request.method === "OPTIONS") {
      const answer = new Response(null, { status: 204, headers: { allow: ALLOWED } });
      if (cors) allowPreflight(answer.headers, ALLOWED);
      return answer;
    }
    const { method } = request;
    if (method !== "GET" && method !== "HEAD") return refusal(405, "only GET and HEAD are answered here", { allow: ALLOWED });
    const file = notFound === null ? "absent" : await this.#open(notFound);
    if (notFound === null || typeof file === "string") return refusal(404, "no such file");
    const { size } = file.facts;
    const headers = {
      "content-type": contentTypeOf(notFound, types),
      "content-length": String(size),
      "x-content-type-options": "nosniff",
      "cache-control": "no-cache",
    };
    if (method === "GET" && size > 0) return new Response(streamFile(file, { start: 0, end: size }, notFound), { status: 404, headers });
    await file.close();
    return new Response(null, { status: 404, headers });
  }

  /** The page for what is no file, if the sender wants a page, and the name is none of a file that a page lacks. */
  async #fallBack(request: Request, path: string): Promise<Response | null> {
    const { fallback, types } = this.#settings;
    if (fallback === null || !acceptsPage(request.headers.get("accept")) || hasKnownEnding(path, types)) return null;
    const opened = await this.#open(fallback);
    if (typeof opened === "string") return null;
    const answer = await this.#answer(request, fallback, opened, null);
    answer.headers.append("vary", "accept");
    return answer;
  }

  async #list(request: Request, path: string, search: string): Promise<Response | null> {
    const { listing, dotfiles, precompressed, mount, keepPrefix } = this.#settings;
    if (!listing) return null;
    const scope = {
      page: pageOf(search),
      isServed: (name: string) => isServedName(name, path === "", dotfiles) && !this.#isSkipped(name),
      hiddenEndings: precompressed ? CODINGS.map(({ ending }) => ending) : [],
    };
    const names = path === "" ? [] : path.split("/");
    const title = `${keepPrefix ? "" : mount}/${names.map((name) => `${name}/`).join("")}`;
    const above = keepPrefix && mount !== "" ? mount.split("/").length - 1 : 0;
    try {
      return await this.#listings.answer(request.method, await this.#opened(), path, scope, { title, names: names.slice(above) });
    } catch (error) {
      const reason = reasonOf(error);
      return reason === "denied" ? refusal(403, "not permitted") : null;
    }
  }

  async #open(path: string): Promise<OpenFile | Missing> {
    return await openFile(await this.#opened(), path);
  }

  async #opened(): Promise<ReadOnlyFolder> {
    const opening = this.#folder ??= this.#openFolder();
    try {
      return await opening;
    } catch (error) {
      // It may be there by the next request.
      if (this.#folder === opening) this.#folder = null;
      throw error;
    }
  }

  async #index(request: Request, directory: string, pathname: string): Promise<Response | null> {
    for (const name of this.#settings.index) {
      const path = directory === "" ? name : `${directory}/${name}`;
      if (this.#isSkipped(path)) continue;
      const opened = await this.#open(path);
      if (typeof opened !== "string") return await this.#answer(request, path, opened, pathname);
      if (opened === "denied") return refusal(403, "not permitted");
    }
    return null;
  }

  /**
   * From here on the file is closed at every end: by the stream that sends it, or here.
   *
   * @param pathname By which its answer may be known from now on; null where it depends on more than the path and what the client accepts.
   */
  async #answer(request: Request, path: string, original: OpenFile, pathname: string | null): Promise<Response> {
    const untilMs = this.#nowMs() + this.#settings.cacheTtlMs;
    const basis = this.#known === null || pathname === null ? null : new AnswerBasis(pathname, untilMs, original);
    let file = original;
    try {
      const compressed = await this.#compressed(request, path, original, basis);
      if (compressed !== null) {
        await original.close();
        file = compressed.file;
      }
      return await this.#respond(request, path, file, compressed?.coding ?? null, basis);
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  async #respond(request: Request, path: string, file: OpenFile, coding: Coding | null, basis: AnswerBasis | null): Promise<Response> {
    const { precompressed, cacheRules, types, cors } = this.#settings;
    const type = contentTypeOf(path, types);
    const validators = validatorsOf(file.facts, coding?.name ?? null);
    // None that is later than this answer's own date (RFC 9110 section 8.8.2.1).
    const modified = Math.min(validators.modified, this.#nowSeconds);
    const headers = new Headers([cacheFieldOf(cacheRules, { path, type, url: request.url, modified }) as [string, string]]);
    headers.set("etag", validators.etag);
    headers.set("last-modified", formatHttpDate(modified));
    if (precompressed) headers.set("vary", "accept-encoding");
    if (cors) allowAllOrigins(headers);
    const notModified = [...headers];
    headers.set("content-type", type);
    headers.set("x-content-type-options", "nosniff");
    headers.set("accept-ranges", "bytes");
    if (coding !== null) headers.set("content-encoding", coding.name);
    if (basis !== null) this.#known?.add(basis, request.headers, file, validators, headers, notModified);
    const outcome = evaluateConditions(request.headers, validators);
    if (outcome !== "proceed") {
      await file.close();
      return outcome === "failed"
        ? refusal(412, "it is another version by now")
        : new Response(null, { status: 304, headers: notModified });
    }
    return await this.#send(request, path, file, headers, validators);
  }

  get #nowSeconds(): number {
    return Math.floor(this.#nowMs() / 1000);
  }

  async #compressed(request: Request, path: string, original: OpenFile, basis: AnswerBasis | null): Promise<Compressed | null> {
    if (!this.#settings.precompressed) return null;
    for (const coding of acceptedCodings(request.headers.get("accept-encoding"))) {
      const file = await this.#open(path + coding.ending);
      if (typeof file === "string") continue;
      basis?.add(file);
      if (file.facts.modifiedMs >= original.facts.modifiedMs) return { file, coding };
      await file.close();
    }
    return null;
  }

  async #send(request: Request, path: string, file: OpenFile, headers: Headers, validators: Validators): Promise<Response> {
    const { size } = file.facts;
    const holds = request.method === "GET" && rangeHolds(request.headers, validators, this.#nowSeconds);
    const range = holds ? selectRange(request.headers.get("range"), size) : null;
    if (range === "unsatisfiable") {
      await file.close();
      return refusal(416, "no such bytes", { "content-range": `bytes */${size}` });
    }
    const part: ByteRange = range ?? { start: 0, end: size };
    if (range !== null) headers.set("content-range", `bytes ${part.start}-${part.end - 1}/${size}`);
    headers.set("content-length", String(part.end - part.start));
    if (request.method === "HEAD" || part.end === part.start) {
      await file.close();
      return new Response(null, { headers });
    }
    const init = { status: range === null ? 200 : 206, headers };
    if (file instanceof CachedFile) return byteResponse(file.content.subarray(part.start, part.end), init);
    return new Response(streamFile(file, part, path), init);
  }
}
