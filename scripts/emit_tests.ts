/** Emits sources and tests as JavaScript into `.build/emit`, which is what Node 20 runs: it strips no types. */
import { dirname, join } from "node:path";
import { readManifest } from "./manifest.ts";
import { ROOT } from "./root.ts";
import { runTsc } from "./run_tsc.ts";
import { walkFiles } from "./walk_files.ts";

/** Where the emitted tree stands. */
export const EMIT_FOLDER: string = join(ROOT, ".build", "emit");

const EMITTED = ["src", "tests", "examples", "fuzz", "soak"] as const;

/**
 * Emits the tree anew: a test that was deleted must not run on from here.
 *
 * @throws {Error} The compiler could not emit a file; the message is its output.
 */
export async function emitTests(): Promise<void> {
  await Deno.remove(EMIT_FOLDER, { recursive: true }).catch(() => {});
  await Deno.mkdir(EMIT_FOLDER, { recursive: true });
  const files = (await Promise.all(EMITTED.map((folder) => walkFiles(ROOT, folder)))).flat();
  const sources = files.filter((file) => file.endsWith(".ts") && !file.startsWith("tests/unit/scripts/"));
  if (await Deno.stat(join(ROOT, "mod.ts")).catch(() => null) !== null) {
    sources.push("mod.ts");
  }
  await runTsc("emit", sources, {
    rootDir: ROOT,
    outDir: EMIT_FOLDER,
    // Types are the gate's own step; here only syntax matters.
    noCheck: true,
    declaration: false,
  });
  await Deno.writeTextFile(join(EMIT_FOLDER, "package.json"), JSON.stringify(await emittedPackage()));
  for (const file of files.filter((file) => !file.endsWith(".ts"))) {
    const copy = join(EMIT_FOLDER, file);
    await Deno.mkdir(dirname(copy), { recursive: true });
    await Deno.copyFile(join(ROOT, file), copy);
  }
}

/** Named heddle, so that an emitted example's `import "heddle"` finds the emitted sources. */
async function emittedPackage(): Promise<object> {
  const { exports } = await readManifest();
  const entries = Object.entries(exports).map(([name, target]) => [name, target.replace(/\.ts$/, ".js")]);
  return { name: "heddle", private: true, type: "module", exports: Object.fromEntries(entries) };
}
