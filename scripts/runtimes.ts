/**
 * Finds or installs the runtimes that the tests run on, with npm alone, in `.runtimes/`.
 *
 * Bun and Node are installed as their platform's package. The packages named `bun` and `node` fetch that one in an install script,
 * which npm 11 blocks by default; this way no script runs.
 */
import { join } from "node:path";
import { ROOT } from "./root.ts";
import { runProcess } from "./run_process.ts";

/** A runtime that tests run on. `node` is the newest that runs the TypeScript sources, `node20` the oldest that runs the npm package. */
export type RuntimeName = "deno" | "bun" | "node" | "node20";

/** The runtimes, in the order the tests run them. */
export const RUNTIME_NAMES: readonly RuntimeName[] = ["deno", "bun", "node", "node20"];

/** The versions that the gate tests; one place to raise them. */
export const RUNTIME_VERSIONS: Readonly<Record<RuntimeName, string>> = {
  deno: "2.9.6",
  bun: "1.4.5",
  node: "24.21.0",
  node20: "20.20.2",
};

/** A runtime that is there. */
export interface Runtime {
  readonly name: RuntimeName;
  /** The executable. */
  readonly path: string;
  readonly version: string;
}

/**
 * Gives the runtimes asked for, after installing what is missing.
 *
 * @throws {Error} npm could not install one, or what it installed does not run.
 */
export async function findRuntimes(names: readonly RuntimeName[] = RUNTIME_NAMES): Promise<Map<RuntimeName, Runtime>> {
  const found = new Map<RuntimeName, Runtime>();
  for (const name of names) {
    found.set(name, await findRuntime(name));
  }
  return found;
}

async function findRuntime(name: RuntimeName): Promise<Runtime> {
  const wanted = RUNTIME_VERSIONS[name];
  const runtime = { name, path: await locate(name, wanted), version: wanted };
  await link(runtime);
  return runtime;
}

async function locate(name: RuntimeName, wanted: string): Promise<string> {
  const candidates = [installedPath(name, wanted)];
  if (name === "deno") {
    candidates.push(Deno.execPath());
  } else if (name === "node20") {
    candidates.push(await firstLine("sh", ["-c", "command -v node"]));
  }
  for (const candidate of candidates) {
    if (candidate !== "" && await versionOf(candidate) === wanted) {
      return candidate;
    }
  }
  return await install(name, wanted);
}

async function install(name: RuntimeName, version: string): Promise<string> {
  const spec = `${packageName(name)}@${version}`;
  console.log(`installing ${spec} into .runtimes`);
  const folder = installFolder(name, version);
  // Made beside its place and moved there whole: an interrupted or a second install never leaves half a runtime.
  const fresh = `${folder}.${Deno.pid}`;
  await Deno.mkdir(fresh, { recursive: true });
  await Deno.writeTextFile(join(fresh, "package.json"), `{ "private": true }\n`);
  const npm = await runProcess("npm", ["install", "--no-fund", "--no-audit", "--no-update-notifier", spec], { cwd: fresh });
  if (npm.code !== 0) {
    await Deno.remove(fresh, { recursive: true });
    throw new Error(`install ${spec}: npm ended with ${npm.code}\n${npm.output}`);
  }
  await Deno.remove(folder, { recursive: true }).catch(() => {});
  await Deno.rename(fresh, folder);
  const path = installedPath(name, version);
  const seen = await versionOf(path);
  if (seen !== version) {
    throw new Error(`install ${spec}: "${path}" says it is version "${seen}"`);
  }
  return path;
}

/** Deno's own package brings all of its platforms as optional dependencies and needs no script; the others are named by platform. */
function packageName(name: RuntimeName): string {
  const { os } = Deno.build;
  switch (name) {
    case "deno":
      return "deno";
    case "bun":
      return `@oven/bun-${os}-${Deno.build.arch === "aarch64" ? "aarch64" : "x64"}`;
    case "node":
    case "node20":
      return `node-${os}-${Deno.build.arch === "aarch64" ? "arm64" : "x64"}`;
  }
}

function installFolder(name: RuntimeName, version: string): string {
  return join(ROOT, ".runtimes", `${name}-${version}`);
}

function installedPath(name: RuntimeName, version: string): string {
  const modules = join(installFolder(name, version), "node_modules");
  return name === "deno" ? join(modules, ".bin", "deno") : join(modules, packageName(name), "bin", name === "bun" ? "bun" : "node");
}

async function versionOf(path: string): Promise<string | null> {
  const match = /(\d+\.\d+\.\d+)/.exec(await firstLine(path, ["--version"]));
  return match?.[1] ?? null;
}

async function firstLine(command: string, args: readonly string[]): Promise<string> {
  const result = await runProcess(command, args, { timeoutMs: 30_000 });
  return result.code === 0 ? result.stdout.split("\n")[0] ?? "" : "";
}

/** `.runtimes/bin/{deno,bun,node,node20}`, for a shell's PATH. */
async function link(runtime: Runtime): Promise<void> {
  const bin = join(ROOT, ".runtimes", "bin");
  await Deno.mkdir(bin, { recursive: true });
  const name = join(bin, runtime.name);
  const present = await Deno.readLink(name).catch(() => null);
  if (present !== runtime.path && runtime.path !== name) {
    await Deno.remove(name).catch(() => {});
    await Deno.symlink(runtime.path, name).catch(() => {});
  }
}

if (import.meta.main) {
  for (const runtime of (await findRuntimes()).values()) {
    console.log(`${runtime.name} ${runtime.version}  ${runtime.path}`);
  }
}
