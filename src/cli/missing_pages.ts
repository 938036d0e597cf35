import { stat } from "node:fs/promises";
import { join } from "node:path";
import type { GivenOptions } from "../options/read.ts";
import type { StaticMapValues } from "../options/static_maps.ts";
import type { SERVE_OPTIONS, ServeOptionValues } from "../options/table.ts";

/**
 * Looks for the pages that options name below folders: one that is not there may come yet, so that it is no error.
 *
 * @returns A line for each that no folder has, without an end.
 */
export async function missingPages(
  { staticFallback, static404 }: ServeOptionValues,
  maps: readonly StaticMapValues[],
  given: GivenOptions<typeof SERVE_OPTIONS>,
): Promise<string[]> {
  const pages = [
    {
      page: staticFallback,
      source: given.staticFallback?.source,
      folders: maps.filter(({ fallback }) => fallback !== undefined),
      otherwise: "what it is for is a 404",
    },
    {
      page: static404,
      source: given.static404?.source,
      folders: maps.filter(({ notFound }) => notFound !== undefined),
      otherwise: "a line of text is sent in its place",
    },
  ];
  const lines = await Promise.all(pages.map(async ({ page, source, folders, otherwise }) => {
    if (page === null || source === undefined || maps.length === 0) return [];
    if (folders.length === 0) return [`${source} does nothing: single files are served alone, below which there is no page`];
    const found = await Promise.all(folders.map(({ root }) => isFile(join(root, page))));
    if (found.includes(true)) return [];
    const where = folders.map(({ root }) => JSON.stringify(root)).join(" or ");
    return [`${source}: there is no file ${JSON.stringify(page)} in ${where}; until there is, ${otherwise}`];
  }));
  return lines.flat();
}

/** Those of several paths that lead to files, and not to folders, as far as may be seen. */
export async function singleFilesOf(paths: readonly string[]): Promise<ReadonlySet<string>> {
  const are = await Promise.all(paths.map(isFile));
  return new Set(paths.filter((_, index) => are[index]));
}

async function isFile(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}
