import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";

let folder: string | null = null;
let count = 0;

/** A path for a Unix socket in a folder of this process, gone with it. Nothing is there yet. */
export function unixPath(): string {
  if (folder === null) {
    const made = folder = mkdtempSync(join(tmpdir(), "heddle-"));
    process.on("exit", () => rmSync(made, { recursive: true, force: true }));
  }
  return join(folder, `${++count}.sock`);
}
