import type { ExpiryRule } from "./expires.ts";
import type { ServeOptionValues } from "./table.ts";

/** Options of one folder, as `serve()` takes them. */
export interface StaticMapValues {
  readonly root: string;
  readonly prefix: string;
  readonly keepPrefix: boolean;
  readonly index: readonly string[];
  readonly redirect: boolean;
  readonly listing: boolean;
  readonly fallback?: string;
  readonly notFound?: string;
  readonly dotfiles: boolean;
  readonly safe: readonly string[];
  readonly skipExtensions: readonly string[];
  readonly precompressed: boolean;
  readonly expires: readonly ExpiryRule[];
  readonly types: Readonly<Record<string, string>>;
  readonly cors: boolean;
  readonly cacheBytes: number;
  readonly cacheTtlMs: number;
  readonly cachePathsMs: number;
}

/** The roots of all folders, and of single files in their places. */
export function staticRootsOf({ checkStatic, staticMap, staticMap2 }: ServeOptionValues): readonly string[] {
  return [...checkStatic, ...[...staticMap, ...staticMap2].map(({ root }) => root)];
}

/** Whether the options name folders, so that no app is needed. */
export function namesFolders(values: ServeOptionValues): boolean {
  return staticRootsOf(values).length > 0;
}

/**
 * The folders that the options name, in uWSGI's order: `--check-static`, `--static-map`, `--static-map2`, each kind as it was given. The fallback is the
 * last one's: of an earlier folder it would stand before the files of those that follow. Below a single file there is no page of any kind.
 *
 * @param types What `--mime-file` says.
 * @param singleFiles Roots that are files, and no folders.
 */
export function staticMapsOf(
  values: ServeOptionValues,
  types: Readonly<Record<string, string>>,
  singleFiles: ReadonlySet<string>,
): StaticMapValues[] {
  const { checkStatic, staticMap, staticMap2, staticIndex, staticFallback, static404 } = values;
  const shared = {
    index: staticIndex.length === 0 ? ["index.html"] : staticIndex.filter((name) => name !== null),
    redirect: values.staticRedirect,
    listing: values.staticListing,
    dotfiles: values.staticDotfiles,
    safe: values.staticSafe,
    skipExtensions: values.staticSkipExt,
    precompressed: values.staticGzip,
    expires: values.staticExpires,
    types,
    cors: values.staticCors,
    cacheBytes: values.staticCacheBytes,
    cacheTtlMs: values.staticCacheTtlMs,
    cachePathsMs: values.staticCachePathsMs,
  };
  const folders = [
    ...checkStatic.map((root) => ({ root, prefix: "/", keepPrefix: false })),
    ...staticMap.map((map) => ({ ...map, keepPrefix: false })),
    ...staticMap2.map((map) => ({ ...map, keepPrefix: true })),
  ];
  const last = folders.findLast(({ root }) => !singleFiles.has(root));
  return folders.map((folder) => ({
    ...folder,
    ...shared,
    ...(static404 !== null && !singleFiles.has(folder.root) && { notFound: static404 }),
    ...(staticFallback !== null && folder === last && { fallback: staticFallback }),
  }));
}
