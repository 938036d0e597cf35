/**
 * `deno task build:npm`: the package for Node. One emit of the compiler, its modules joined to a few files, makes `npm/dist`, which is what
 * gets packed, installed by `npm/smoke_test.mjs` and published.
 */
import { build, stop } from "esbuild";
import { dirname, join } from "node:path";
import { importedPackages } from "./imports.ts";
import type { Manifest } from "./manifest.ts";
import { readManifest } from "./manifest.ts";
import { ROOT } from "./root.ts";
import { runProcess } from "./run_process.ts";
import { runTsc } from "./run_tsc.ts";
import { walkFiles } from "./walk_files.ts";

const EMIT = ".build/npm";
const DIST = "npm/dist";

/** Wider than what is pinned for the tests: `hono/conninfo` is there since 4.4. */
const PEER_RANGES: Readonly<Record<string, string>> = { hono: "^4.4.0" };

/** Compiled from, beside the entry points of `deno.json`. */
const COMMAND = "./src/cli/main.ts";

/** Modules that run in threads of their own: no other one imports them. */
const THREADS = ["./src/cli/thread.ts", "./src/watchdog/thread.ts", "./src/precompress/thread.ts"];

/**
 * Builds and packs the package.
 *
 * @returns The tarball's path.
 * @throws {Error} It does not compile, imports a package that `deno.json` does not have, or npm could not pack it.
 */
export async function buildNpm(): Promise<string> {
  const manifest = await readManifest();
  for (const folder of [EMIT, DIST]) await Deno.remove(join(ROOT, folder), { recursive: true }).catch(() => {});
  const entries = [...Object.values(manifest.exports), COMMAND, ...THREADS].map((entry) => entry.slice(2));
  await runTsc("npm", entries, { rootDir: ROOT, outDir: join(ROOT, EMIT), declaration: true, types: ["node"] });
  await joinModules(entries);
  await copyTypes();
  for (const [from, to] of [["npm/README.md", "README.md"], ["LICENSE", "LICENSE"], ["CHANGELOG.md", "CHANGELOG.md"]] as const) {
    await Deno.copyFile(join(ROOT, from), join(ROOT, DIST, to));
  }
  const packageJson = JSON.stringify(await describe(manifest), null, 2);
  await Deno.writeTextFile(join(ROOT, DIST, "package.json"), `${packageJson}\n`);
  return await pack(manifest);
}

/**
 * Joins the emitted modules, each of which costs a start half a millisecond, to one file an entry point and a few that these share. Names
 * stay as they are, and so does each file's depth: in `src/cli`, `import.meta.url` leads to the entry points.
 */
async function joinModules(entries: readonly string[]): Promise<void> {
  try {
    await build({
      absWorkingDir: ROOT,
      entryPoints: entries.map((entry) => join(EMIT, entry.replace(/\.ts$/, ".js"))),
      outdir: DIST,
      outbase: EMIT,
      chunkNames: "src/shared/[name]-[hash]",
      bundle: true,
      splitting: true,
      format: "esm",
      platform: "node",
      target: "node20",
      // Which packages these are, and in which versions, is read from the result.
      packages: "external",
      logLevel: "warning",
    });
  } finally {
    await stop();
  }
}

/** Types stay one file a module: they are read by editors, which go to the declaration. */
async function copyTypes(): Promise<void> {
  for (const file of (await walkFiles(ROOT, EMIT)).filter((file) => file.endsWith(".d.ts"))) {
    const copy = join(ROOT, DIST, file.slice(EMIT.length + 1));
    await Deno.mkdir(dirname(copy), { recursive: true });
    await Deno.copyFile(join(ROOT, file), copy);
  }
}

async function describe(manifest: Manifest): Promise<object> {
  const { dependencies, peers } = await usedPackages(manifest);
  const exports: Record<string, unknown> = {};
  for (const [name, entry] of Object.entries(manifest.exports)) {
    exports[name] = { types: entry.replace(/\.ts$/, ".d.ts"), default: entry.replace(/\.ts$/, ".js") };
  }
  return {
    name: "heddle",
    version: manifest.version,
    description: "A portable async application server: fetch apps and yield apps on async cores",
    keywords: ["server", "http", "async", "fetch", "hono", "uwsgi"],
    license: manifest.license,
    type: "module",
    engines: { node: ">=20" },
    bin: { heddle: COMMAND.slice(2).replace(/\.ts$/, ".js") },
    exports: { ...exports, "./package.json": "./package.json" },
    dependencies,
    peerDependencies: peers,
    peerDependenciesMeta: Object.fromEntries(Object.keys(peers).map((name) => [name, { optional: true }])),
  };
}

/** What the emitted code imports is a dependency; what only its types import is the user's choice, an optional peer. */
async function usedPackages(manifest: Manifest): Promise<{ dependencies: Record<string, string>; peers: Record<string, string> }> {
  const files = await walkFiles(ROOT, DIST);
  const inCode = await packagesOf(files.filter((file) => file.endsWith(".js")));
  const inTypes = await packagesOf(files.filter((file) => file.endsWith(".d.ts")));
  const dependencies = [...inCode].sort().map((name) => [name, `^${pinnedVersion(manifest, name)}`]);
  const peers = [...inTypes.difference(inCode)].sort().map((name) => [name, PEER_RANGES[name] ?? `^${pinnedVersion(manifest, name)}`]);
  return { dependencies: Object.fromEntries(dependencies), peers: Object.fromEntries(peers) };
}

async function packagesOf(files: readonly string[]): Promise<Set<string>> {
  const names = new Set<string>();
  for (const file of files) {
    importedPackages(file, await Deno.readTextFile(join(ROOT, file))).forEach((name) => names.add(name));
  }
  return names;
}

function pinnedVersion(manifest: Manifest, name: string): string {
  const version = /^npm:.*@(\d+\.\d+\.\d+)$/.exec(manifest.imports[name] ?? "")?.[1];
  if (version === undefined) {
    throw new Error(`build the npm package: it imports "${name}", which deno.json does not name with a version`);
  }
  return version;
}

async function pack({ version }: Manifest): Promise<string> {
  const folder = join(ROOT, ".build");
  const result = await runProcess("npm", ["pack", "--pack-destination", folder], { cwd: join(ROOT, DIST) });
  if (result.code !== 0) {
    throw new Error(`pack the npm package: npm ended with ${result.code}\n${result.output}`);
  }
  return join(folder, `heddle-${version}.tgz`);
}

if (import.meta.main) {
  const tarball = await buildNpm();
  const { size } = await Deno.stat(tarball);
  console.log(`${tarball}: ${(size / 1024).toFixed(0)} KiB, ${(await walkFiles(ROOT, DIST)).length} files`);
}
