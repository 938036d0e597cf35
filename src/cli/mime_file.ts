import { readFile } from "node:fs/promises";
import { ConfigError } from "../errors.ts";
import { parseMimeTypes } from "../options/mime_types.ts";

/**
 * Reads the files of `--mime-file`; of several the later goes before the earlier.
 *
 * @throws {ConfigError} One cannot be read, or is no such file.
 */
export async function mimeTypesOf(paths: readonly string[]): Promise<Record<string, string>> {
  const types: Record<string, string> = {};
  for (const path of paths) Object.assign(types, parseMimeTypes(await read(path), path));
  return types;
}

async function read(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ConfigError("--mime-file", `--mime-file ${JSON.stringify(path)}: it cannot be read: ${reason}`, error);
  }
}
