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

/** Whether the options name folders, so that no app is needed. */
export function namesFolders({ checkStatic, staticMap, staticMap2 }: ServeOptionValues): boolean {
  return checkStatic.length + staticMap.length + staticMap2.length > 0;
}

/**
 * The folders that the options name, in uWSGI's order: `--check-static`, `--static-map`, `--static-map2`, each kind as it was given. The fallback is the
 * last one's: of an earlier folder it would stand before the files of those that follow.
 *
 * @param types What `--mime-file` says.
 */
export function staticMapsOf(values: ServeOptionValues, types: Readonly<Record<string, string>>): StaticMapValues[] {
  const { checkStatic, staticMap, staticMap2, staticIndex, staticFallback, static404 } = values;
  const shared = {
    index: staticIndex.length === 0 ? ["index.html"] : staticIndex.filter((name) => name !== null),
    redirect: values.staticRedirect,
    listing: values.staticListing,
    ...(static404 !== null && { notFound: static404 }),
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
  return folders.map((folder, index) => ({
    ...folder,
    ...shared,
    ...(staticFallback !== null && index === folders.length - 1 && { fallback: staticFallback }),
  }));
}
