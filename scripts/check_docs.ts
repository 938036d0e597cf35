/**
 * Fails on an export without a docstring, a public type that names a private one, a link that leads nowhere, a file that the
 * documentation names and that is gone, a test that it quotes and that is gone, and a version that the change log does not have.
 */
import { join, relative } from "node:path";
import { checkDocstrings } from "./docstrings.ts";
import { readManifest } from "./manifest.ts";
import { checkLinks, checkNamedFiles, checkQuotedTests } from "./markdown_links.ts";
import { ROOT } from "./root.ts";
import { runProcess } from "./run_process.ts";
import { walkFiles } from "./walk_files.ts";

/** Pages whose every named file must be there: they are how a reader finds the way. */
const GUIDES = ["docs/architecture.md", "docs/request.md"];

/** Pages that quote the tests which show what they say. */
const EVIDENCE = ["docs/http.md", "docs/uwsgi.md"];

const FOLDERS = ["src", "tests", "scripts", "npm", "docs", "examples", "fuzz", "soak", "faults", "bench", ".ci"];

const findings = [...await checkSources(), ...await checkPages(), ...await checkEntryPoints(), ...await checkVersion()];
findings.forEach((finding) => console.log(finding));
console.log(`${findings.length} findings`);
Deno.exit(findings.length === 0 ? 0 : 1);

async function checkSources(): Promise<string[]> {
  const files = (await projectFiles()).filter((file) => /^(src|scripts|tests\/support)\/.*\.ts$/.test(file));
  const all = await Promise.all(files.map(async (file) => checkDocstrings(file, await read(file))));
  return all.flat();
}

async function checkPages(): Promise<string[]> {
  const files = new Set(await projectFiles());
  const folders = new Set([...files].flatMap((file) => ancestors(file)));
  const pages = new Map<string, string>();
  for (const file of files) {
    if (file.endsWith(".md")) {
      pages.set(file, await read(file));
    }
  }
  const tests = new Map<string, string>();
  for (const file of files) if (/_test\.ts$|^tests\/(support|conformance)\//.test(file)) tests.set(file, await read(file));
  const exists = (path: string) => files.has(path) || folders.has(path);
  return [
    ...[...pages.keys()].flatMap((page) => checkLinks(page, pages, exists)),
    ...GUIDES.flatMap((page) => checkNamedFiles(page, pages.get(page) ?? "", files)),
    ...EVIDENCE.flatMap((page) => checkQuotedTests(page, pages.get(page) ?? "", tests)),
    ...[...GUIDES, ...EVIDENCE].filter((page) => !pages.has(page)).map((page) => `${page}: is gone`),
  ];
}

/**
 * Of what `deno doc --lint` finds, the public types that name a type which an entry point does not export. `checkDocstrings` and the dry
 * run of publishing see the rest, and it takes each type of another package for a private one (2.9.6).
 */
async function checkEntryPoints(): Promise<string[]> {
  const entries = Object.values((await readManifest()).exports);
  const { code, output } = await runProcess(Deno.execPath(), ["doc", "--lint", ...entries], { cwd: ROOT });
  const found = [...output.matchAll(/error\[([\w-]+)\]: ([^\n]*)\n\s*-->\s*(\S+?):(\d+):\d+/g)];
  if (code !== 0 && found.length === 0) {
    return [output];
  }
  const findings: string[] = [];
  for (const [, rule, message = "", path = "", line] of found) {
    const type = /private type '(\w+)'/.exec(message)?.[1];
    if (rule === "private-type-ref" && type !== undefined && !await isFromPackage(path, type)) {
      findings.push(`${relative(ROOT, path)}:${line}: ${message}`);
    }
  }
  return findings;
}

async function isFromPackage(path: string, type: string): Promise<boolean> {
  const text = await Deno.readTextFile(path);
  return new RegExp(`import [^;]*\\b${type}\\b[^;]* from "[^."]`).test(text);
}

async function checkVersion(): Promise<string[]> {
  const { version } = await readManifest();
  const changes = await read("CHANGELOG.md");
  return changes.includes(`## ${version}`) ? [] : [`CHANGELOG.md: has no section "## ${version}", which is deno.json's version`];
}

async function projectFiles(): Promise<string[]> {
  const below = await Promise.all(FOLDERS.map((folder) => walkFiles(ROOT, folder)));
  const top = (await Array.fromAsync(Deno.readDir(ROOT))).filter((entry) => entry.isFile).map((entry) => entry.name);
  return [...top, ...below.flat()].filter((file) => !file.startsWith("npm/dist/"));
}

function ancestors(file: string): string[] {
  const parts = file.split("/");
  return parts.slice(1).map((_, index) => parts.slice(0, index + 1).join("/"));
}

function read(file: string): Promise<string> {
  return Deno.readTextFile(join(ROOT, file));
}
