import type { AnswerParts } from "../contract/engine.ts";
import type { OpenFile, ReadOnlyFolder } from "../contract/files.ts";
import type { RequestHead } from "../contract/head.ts";
import { type ByteRange, selectRange } from "./byte_range.ts";
import { CachedFile } from "./cached_file.ts";
import { CachedFolder } from "./cached_folder.ts";
import { acceptedCodings, type Coding } from "./codings.ts";
import { evaluateConditions, rangeHolds } from "./conditions.ts";
import { contentTypeOf } from "./content_type.ts";
import { streamFile } from "./file_stream.ts";
import { formatHttpDate } from "./http_date.ts";
import { AnswerBasis, KnownAnswers } from "./known_answers.ts";
import { type Missing, openFile } from "./open_file.ts";
import { type PathRefusal, resolvePath } from "./resolve_path.ts";
import { type Validators, validatorsOf } from "./validators.ts";

/** How files are served. */
export interface StaticOptions {
  /**
   * The URL's path that stands for the folder, such as `/assets`; it is taken off before the rest is looked up.
   *
   * @default "/"
   */
  readonly prefix?: string;
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
   * The `Cache-Control` of a file. One whose name has a hash in it (8 hexadecimal digits and more between dots or dashes, letters and others) may be kept
   * for a year without asking, whatever this says.
   *
   * @default "no-cache": kept, and asked for again each time
   */
  readonly cacheControl?: string;
  /**
   * Sends `/docs` on to `/docs/` where that is a directory, so that relative links in its page hold.
   *
   * @default true
   */
  readonly redirect?: boolean;
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
}

const DEFAULT_CACHE_BYTES = 67_108_864;
const DEFAULT_CACHE_TTL_MS = 1000;

/** A name that says which content it has: `app.3f9a1c0b.js`, `chunk-5d41402abc4b2a76.css`. One of digits alone may be a date, as in `news-20261128.html`. */
const HASHED_NAME = /[.-](?=\d*[a-f])(?=[a-f]*\d)[0-9a-f]{8,64}\.[^/]*$/i;

const ALLOWED = "GET, HEAD, OPTIONS";

/** A file that stands for the one that was asked for. */
interface Compressed {
  readonly file: OpenFile;
  readonly coding: Coding;
}

/** Serves the files of one folder. `heddle/static` has the way to make one. */
export class StaticFiles {
  readonly #openFolder: () => Promise<ReadOnlyFolder>;
  readonly #options: Required<Omit<StaticOptions, "safe" | "cacheBytes" | "cacheTtlMs">>;
  readonly #nowMs: () => number;
  readonly #cacheTtlMs: number;
  /** Null where nothing is kept. */
  readonly #known: KnownAnswers | null;
  /** Null until it is asked for, and after it could not be opened. */
  #folder: Promise<ReadOnlyFolder> | null = null;

  /**
   * @param openFolder Called with the first request; again with the next one if it rejects, which is that request's failure.
   * @throws {TypeError} The prefix does not begin with a slash.
   */
  constructor(openFolder: () => Promise<ReadOnlyFolder>, options: StaticOptions = {}, nowMs: () => number = Date.now) {
    this.#nowMs = nowMs;
    const { prefix = "/", index = ["index.html"], dotfiles = false, precompressed = false, redirect = true } = options;
    const { cacheControl = "no-cache" } = options;
    if (!prefix.startsWith("/")) throw new TypeError(`staticFiles(): the prefix "${prefix}" must begin with a slash`);
    this.#options = { prefix, index, dotfiles, precompressed, redirect, cacheControl };
    const { cacheBytes = DEFAULT_CACHE_BYTES, cacheTtlMs: ttlMs = DEFAULT_CACHE_TTL_MS } = options;
    this.#cacheTtlMs = ttlMs;
    // A half for the files, and a half for the answers, which keep their files' bytes for as long as they are kept themselves.
    const bytes = cacheBytes / 2;
    this.#openFolder = bytes > 0 ? async () => new CachedFolder(await openFolder(), { bytes, ttlMs }, nowMs) : openFolder;
    this.#known = bytes > 0 && ttlMs > 0 ? new KnownAnswers(bytes, ttlMs, precompressed, nowMs) : null;
  }

  /** Answers every request: what is no file with 404, other methods with 405. */
  fetch(request: Request): Response | Promise<Response> {
    return this.#findKnown(request) ?? this.#fetchUnknown(request);
  }

  async #fetchUnknown(request: Request): Promise<Response> {
    const response = await this.#find(request);
    if (response !== null) return response;
    if (request.method === "OPTIONS") return new Response(null, { status: 204, headers: { allow: ALLOWED } });
    if (request.method !== "GET" && request.method !== "HEAD") {
      return refusal(405, "only GET and HEAD are answered here", { allow: ALLOWED });
    }
    return refusal(404, "no such file");
  }

  /**
   * Answers what is a file; null for what an app may answer: another method, a path outside of the prefix, no such file. A path that can be nobody's
   * (`%00`, a bad escape, dots that lead upwards) is a 400. What is in memory is answered at once, without a promise.
   */
  find(request: Request): Response | null | Promise<Response | null> {
    return this.#findKnown(request) ?? this.#find(request);
  }

  /**
   * What `find` would answer, where that is in memory, for a server that needs no Response.
   *
   * @returns Null where it is not known: `find` knows, or finds out.
   */
  known(head: RequestHead): AnswerParts | null {
    if (this.#known === null || (head.method !== "GET" && head.method !== "HEAD")) return null;
    const { path } = head;
    const query = path.indexOf("?");
    return this.#known.find(query === -1 ? path : path.slice(0, query), new HeadFields(head));
  }

  #findKnown({ method, url, headers }: Request): Response | null {
    if (this.#known === null || (method !== "GET" && method !== "HEAD")) return null;
    const known = this.#known.find(pathnameOf(url), headers);
    if (known === null) return null;
    const { status, fields, body } = known;
    return new Response(method === "HEAD" ? null : body as BodyInit | null, { status, headers: [...fields] as [string, string][] });
  }

  async #find(request: Request): Promise<Response | null> {
    if (request.method !== "GET" && request.method !== "HEAD") return null;
    const { pathname, search } = new URL(request.url);
    const below = this.#belowPrefix(pathname);
    if (below === null) return null;
    const resolved = resolvePath(below, this.#options.dotfiles);
    if (typeof resolved === "string") return this.#refuse(resolved);
    // The prefix alone, without a slash, is sent on as any folder is.
    const isFolder = resolved.wantsDirectory && !(below === "" && this.#options.redirect);
    if (isFolder) return await this.#index(request, resolved.path, pathname);
    const opened = await this.#open(resolved.path);
    if (opened === "folder") return this.#options.redirect ? redirect(pathname, search) : null;
    if (typeof opened === "string") return this.#missing(opened);
    return await this.#answer(request, resolved.path, opened, pathname);
  }

  #belowPrefix(pathname: string): string | null {
    const { prefix } = this.#options;
    if (prefix === "/") return pathname;
    const mount = prefix.endsWith("/") ? prefix.slice(0, -1) : prefix;
    return pathname === mount || pathname.startsWith(`${mount}/`) ? pathname.slice(mount.length) : null;
  }

  #refuse(refused: PathRefusal): Response | null {
    return refused === "invalid" ? refusal(400, "the path is not valid") : null;
  }

  #missing(reason: Missing): Response | null {
    return reason === "denied" ? refusal(403, "not permitted") : null;
  }

  async #open(path: string): Promise<OpenFile | Missing> {
    const opening = this.#folder ??= this.#openFolder();
    try {
      await opening;
    } catch (error) {
      // It may be there by the next request.
      if (this.#folder === opening) this.#folder = null;
      throw error;
    }
    return await openFile(await opening, path);
  }

  async #index(request: Request, directory: string, pathname: string): Promise<Response | null> {
    for (const name of this.#options.index) {
      const path = directory === "" ? name : `${directory}/${name}`;
      const opened = await this.#open(path);
      if (typeof opened !== "string") return await this.#answer(request, path, opened, pathname);
      if (opened === "denied") return this.#missing(opened);
    }
    return null;
  }

  /**
   * From here on the file is closed at every end: by the stream that sends it, or here.
   *
   * @param pathname By which its answer may be known from now on; null where it depends on more than the path and what the client accepts.
   */
  async #answer(request: Request, path: string, original: OpenFile, pathname: string | null): Promise<Response> {
    const basis = this.#known === null || pathname === null ? null : new AnswerBasis(pathname, this.#nowMs() + this.#cacheTtlMs, original);
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
    const { precompressed, cacheControl } = this.#options;
    const validators = validatorsOf(file.facts, coding?.name ?? null);
    const headers = new Headers({
      "cache-control": HASHED_NAME.test(path) ? "public, max-age=31536000, immutable" : cacheControl,
      etag: validators.etag,
      // None that is later than this answer's own date (RFC 9110 section 8.8.2.1).
      "last-modified": formatHttpDate(Math.min(validators.modified, this.#nowSeconds)),
      ...(precompressed && { vary: "accept-encoding" }),
    });
    const notModified = [...headers];
    headers.set("content-type", contentTypeOf(path));
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
    if (!this.#options.precompressed) return null;
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
    const body = file instanceof CachedFile ? file.content.subarray(part.start, part.end) as BodyInit : streamFile(file, part, path);
    return new Response(body, { status: range === null ? 200 : 206, headers });
  }
}

/** A head's fields, as `Headers` have them. */
class HeadFields {
  readonly #head: RequestHead;

  constructor(head: RequestHead) {
    this.#head = head;
  }

  get(name: string): string | null {
    return this.#head.fields.joined(name);
  }
}

/** The path of an absolute URL, without a query, as it stands. */
function pathnameOf(url: string): string {
  const start = url.indexOf("/", url.indexOf("//") + 2);
  const end = url.search(/[?#]/);
  return start === -1 ? "/" : url.slice(start, end === -1 ? undefined : end);
}

/** Relative, so that a proxy's own prefix stays; behind `./`, so that no name is taken for a scheme or a host. */
function redirect(pathname: string, search: string): Response {
  const name = pathname.slice(pathname.lastIndexOf("/") + 1);
  return new Response(null, { status: 301, headers: { location: `./${name}/${search}` } });
}

function refusal(status: number, text: string, headers: Readonly<Record<string, string>> = {}): Response {
  return new Response(`${text}\n`, {
    status,
    headers: { "content-type": "text/plain; charset=utf-8", "x-content-type-options": "nosniff", ...headers },
  });
}
