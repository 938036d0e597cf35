import type { AnswerParts } from "../contract/engine.ts";
import type { RequestHead } from "../contract/head.ts";
import { ConfigError } from "../errors.ts";
import type { Platform } from "../io/select.ts";
import { canonicalPath } from "../static/canonical_path.ts";
import { StaticFiles } from "../static/static_files.ts";
import { mountOf, type StaticOptions } from "../static/static_options.ts";

/** A folder whose files are served before the app (`--check-static`, `--static-map`, `--static-map2`), and how. */
export interface StaticMap extends StaticOptions {
  /** The folder, absolute or from the current directory; or a single file, which is what the prefix itself, and nothing below it, is answered with. */
  readonly root: string;
}

interface Site {
  /** The URL's path that it stands for, without a slash at its end. */
  readonly mount: string;
  readonly files: StaticFiles;
  /** It is one file in a folder's place: it has no page for what is no file. */
  readonly isSingle: boolean;
}

/** What a file's path can never be is the app's where a folder shares every URL with it: `/%00` is a 400 below a prefix alone. */
const NO_PATH = 400;

/** The folders of a server, in the order in which a file is looked for. */
export class StaticSites {
  readonly #sites: readonly Site[];
  /** Those that are no single files. */
  readonly #folders: readonly Site[];
  readonly #hasApp: boolean;

  private constructor(sites: readonly Site[], hasApp: boolean) {
    this.#sites = sites;
    this.#folders = sites.filter(({ isSingle }) => !isSingle);
    this.#hasApp = hasApp;
  }

  /**
   * Opens the folders.
   *
   * @param hasApp Whether there is one behind them.
   * @throws {ConfigError} (as a rejection) One is not there, may not be read, or has an option that is wrong; or the platform has no files.
   */
  static async open(maps: readonly StaticMap[], hasApp: boolean, { openFolder, clock }: Platform): Promise<StaticSites> {
    const nowMs = () => clock.wallTime();
    return new StaticSites(await Promise.all(maps.map((map) => openSite(map, openFolder, nowMs))), hasApp);
  }

  /** The answer that `find` would give, where that is in memory; null where it is not known. */
  known(head: RequestHead): AnswerParts | null {
    // What the first folder does not know it may have all the same: then no later one is asked.
    return this.#sites.find(({ mount }) => !isElsewhere(head.path, mount))?.files.known(head) ?? null;
  }

  /**
   * The answer of the first folder that has one; null if none has. It comes at once where none of them has to ask the file system.
   *
   * @param request Its Request is made when it is needed: for what is below no folder's path it is not.
   */
  find(request: { readonly path: string; readonly request: Request }, first: number = 0): Response | null | Promise<Response | null> {
    for (let index = first; index < this.#sites.length; index++) {
      const site = this.#sites[index]!;
      if (isElsewhere(request.path, site.mount)) continue;
      const found = site.files.find(request.request);
      if (found instanceof Promise) return found.then((response) => this.#takes(site, response) ? response : this.find(request, index + 1));
      if (this.#takes(site, found)) return found;
    }
    return null;
  }

  #takes({ mount }: Site, found: Response | null): boolean {
    return found !== null && !(found.status === NO_PATH && mount === "" && this.#hasApp);
  }

  /** Answers what is no file in place of an app: as the first folder does whose path it is below, or else the last one; single files where there is none. */
  async refuse(request: Request): Promise<Response> {
    const pathname = canonicalPath(new URL(request.url).pathname);
    const folders = this.#folders;
    const site = folders.find(({ mount }) => isBelow(pathname, mount)) ?? folders.at(-1) ?? this.#sites.at(-1)!;
    return await site.files.missing(request);
  }
}

/** A target that is not below a folder's path, as it stands; where a URL may write it otherwise, with dots or escapes, it is found out later. */
function isElsewhere(path: string, mount: string): boolean {
  if (mount === "" || mount.includes("%") || /\/(?:\.|%2e)/i.test(path) || path.slice(0, mount.length).includes("%")) return false;
  return !isBelow(path, mount);
}

/** Whether a path, with its query or without, is a folder's or one below it. */
function isBelow(path: string, mount: string): boolean {
  const next = path.charAt(mount.length);
  return path.startsWith(mount) && (next === "" || next === "/" || next === "?");
}

async function openSite(map: StaticMap, openFolder: Platform["openFolder"], nowMs: () => number): Promise<Site> {
  const { root, safe, prefix = "/" } = map;
  if (openFolder === undefined) throw new ConfigError("static", "serve static files: the platform has no openFolder");
  try {
    const opened = await openFolder(root, safe);
    if (opened.onlyFile !== undefined && map.keepPrefix === true) throw new TypeError("it is a file, below which no path leads anywhere");
    const folder = Promise.resolve(opened);
    return { mount: mountOf(prefix), files: new StaticFiles(() => folder, map, nowMs), isSingle: opened.onlyFile !== undefined };
  } catch (error) {
    const outside = safe?.find((folder) => folder === (error as { readonly path?: unknown } | null)?.path);
    const links = outside === undefined ? "" : `, whose links may lead to ${JSON.stringify(outside)}`;
    throw new ConfigError("static", `serve the files of ${JSON.stringify(root)}${links}: ${reasonOf(error)}`, error);
  }
}

/** Why a folder cannot be opened: it, or one of those that its links may lead to. */
function reasonOf(error: unknown): string {
  switch ((error as { readonly code?: unknown } | null)?.code) {
    case "ENOENT":
      return "no such folder or file";
    case "ENOTDIR":
      return "it is neither a folder nor a file";
    case "EACCES":
    case "EPERM":
      return "it may not be read";
    default:
      return error instanceof Error ? error.message : String(error);
  }
}
