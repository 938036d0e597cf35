/** Makes the folder of `site.ts`. */
import { join } from "node:path";
import { ROOT } from "../scripts/root.ts";
import { SITE } from "./site.ts";

/** All files have the same time, so that one `If-Modified-Since` holds everywhere; nginx wants the very same date. */
const MODIFIED = Date.UTC(2026, 0, 1) / 1000;

/** How many files of 4 KiB `many/` has. */
const MANY = 10_000;

/** Makes what is missing of it: files of 1 KiB, 100 KiB and 10 MiB, and 10,000 of 4 KiB. */
export async function createSite(): Promise<void> {
  const root = join(ROOT, SITE);
  const wanted: (readonly [name: string, bytes: number])[] = [["1k.txt", 1024], ["100k.bin", 102_400], ["10m.bin", 10_485_760]];
  for (let number = 0; number < MANY; number++) wanted.push([`many/${number}.bin`, 4096]);
  await Deno.mkdir(join(root, "many"), { recursive: true });
  for (const [name, bytes] of wanted) {
    const path = join(root, name);
    const there = await Deno.stat(path).catch(() => null);
    if (there?.size === bytes && there.mtime?.getTime() === MODIFIED * 1000) continue;
    await Deno.writeFile(path, new Uint8Array(bytes).map((_, at) => 0x61 + at % 26));
    await Deno.utime(path, MODIFIED, MODIFIED);
  }
}
