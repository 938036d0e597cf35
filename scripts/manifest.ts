import { join } from "node:path";
import { ROOT } from "./root.ts";

/** What the scripts read of `deno.json`. */
export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  /** Entry points by name: `.` and `./hono`. */
  readonly exports: Readonly<Record<string, string>>;
  /** Packages by name, `npm:hono@4.13.19`, and heddle's own entry points as an app names them, `./mod.ts`. */
  readonly imports: Readonly<Record<string, string>>;
}

/** Packages that only tests and tools use. */
const DEVELOPMENT_PACKAGES: ReadonlySet<string> = new Set(["@types/node", "bun-types", "fast-check", "typescript", "undici"]);

/** Reads `deno.json`, the one manifest. */
export async function readManifest(): Promise<Manifest> {
  return JSON.parse(await Deno.readTextFile(join(ROOT, "deno.json"))) as Manifest;
}

/** Names of the packages that `src` may import. */
export async function sourcePackages(): Promise<ReadonlySet<string>> {
  const { imports } = await readManifest();
  const names = Object.keys(imports).filter((name) => imports[name]?.startsWith("npm:"));
  return new Set(names.filter((name) => !DEVELOPMENT_PACKAGES.has(name)));
}
