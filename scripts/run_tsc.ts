/** The TypeScript compiler, with the options that all of its uses share. */
import { join } from "node:path";
import { readManifest } from "./manifest.ts";
import { ROOT } from "./root.ts";
import { runProcess } from "./run_process.ts";

/** What every use of the compiler shares; `deno.json` has the same strictness for `deno check`. */
const SHARED_OPTIONS = {
  target: "es2022",
  lib: ["es2024", "dom", "dom.iterable", "dom.asynciterable", "esnext.disposable", "esnext.collection", "esnext.iterator", "esnext.array"],
  // Not nodenext: that takes a file's module format from the package.json above it, and a checkout has none.
  module: "esnext",
  moduleDetection: "force",
  moduleResolution: "bundler",
  strict: true,
  noImplicitOverride: true,
  noImplicitReturns: true,
  noFallthroughCasesInSwitch: true,
  verbatimModuleSyntax: true,
  erasableSyntaxOnly: true,
  allowImportingTsExtensions: true,
  rewriteRelativeImportExtensions: true,
  skipLibCheck: true,
};

/**
 * Compiles `files`, paths from the project's folder, with the shared options and `options` over them.
 *
 * @param name Names the configuration file in `.build/`.
 * @throws {Error} The compiler found errors; the message is its output.
 */
export async function runTsc(name: string, files: readonly string[], options: Readonly<Record<string, unknown>>): Promise<void> {
  const build = join(ROOT, ".build");
  await Deno.mkdir(build, { recursive: true });
  const config = join(build, `tsconfig.${name}.json`);
  const compilerOptions = { ...SHARED_OPTIONS, paths: await ownPaths(), ...options };
  await Deno.writeTextFile(config, JSON.stringify({ compilerOptions, files: files.map((file) => join(ROOT, file)) }, null, 2));
  const tsc = join(ROOT, "node_modules", "typescript", "bin", "tsc");
  const result = await runProcess(Deno.execPath(), ["run", "-A", tsc, "-p", config, "--pretty", "false"], { cwd: ROOT });
  if (result.code !== 0) {
    throw new Error(`compile "${name}": tsc ended with ${result.code}\n${result.output}`);
  }
}

/** heddle's own entry points, as an app names them. */
async function ownPaths(): Promise<Record<string, string[]>> {
  const { imports } = await readManifest();
  return Object.fromEntries(
    Object.entries(imports).filter(([, target]) => target.startsWith("./")).map(([name, target]) => [name, [join(ROOT, target)]]),
  );
}
