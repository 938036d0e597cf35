import { join, relative } from "node:path";

/** Gives the files below a folder, sorted, as paths relative to `root`; nothing where the folder is missing. */
export async function walkFiles(root: string, folder: string): Promise<string[]> {
  const files: string[] = [];
  await collect(join(root, folder), files);
  return files.map((file) => relative(root, file)).sort();
}

async function collect(folder: string, files: string[]): Promise<void> {
  let entries: Deno.DirEntry[];
  try {
    entries = await Array.fromAsync(Deno.readDir(folder));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) {
      return;
    }
    throw error;
  }
  for (const entry of entries) {
    if (entry.name === "node_modules") {
      continue;
    }
    const path = join(folder, entry.name);
    if (entry.isDirectory) {
      await collect(path, files);
    } else {
      files.push(path);
    }
  }
}
