/** What must be there before a workload is measured. */
import { join } from "node:path";
import { buildNpm } from "../scripts/build_npm.ts";
import { ROOT } from "../scripts/root.ts";
import { runProcess } from "../scripts/run_process.ts";
import { findRuntimes } from "../scripts/runtimes.ts";
import { walkFiles } from "../scripts/walk_files.ts";
import { createCertificate } from "./certificate.ts";
import { createNginx } from "./create_nginx.ts";
import { installPackages } from "./packages.ts";
import { createSite } from "./create_site.ts";
import type { BenchRuntime, Contestant } from "./workload.ts";

/** A runtime that is there. */
export interface Executable {
  readonly path: string;
  readonly version: string;
}

/** Debian's packages of uWSGI with its two engines. */
const UWSGI_PACKAGES = "uwsgi-core uwsgi-plugin-python3 python3-greenlet uwsgi-plugin-greenlet-python3";

/**
 * Holds the machine against what every round needs.
 *
 * @throws {Error} wrk or taskset is missing, or there is one processor only.
 */
export async function checkMachine(): Promise<void> {
  if (navigator.hardwareConcurrency < 2) throw new Error("bench: the server and wrk need a processor each, and there is one");
  for (const [program, debian] of [["wrk", "wrk"], ["taskset", "util-linux"]] as const) {
    if ((await runProcess(program, ["--version"])).code === 127) {
      throw new Error(`bench: there is no ${program}; Debian has it as ${debian} (apt-get install ${debian})`);
    }
  }
}

/**
 * The executables of these contestants' runtimes, and what else they need, installed or built.
 *
 * @returns Without uWSGI if it is not installed: a line says so, and the rest is measured.
 */
export async function prepare(contestants: readonly Contestant[]): Promise<Map<BenchRuntime, Executable>> {
  const wanted = new Set(contestants.map(({ runtime }) => runtime));
  const found = new Map<BenchRuntime, Executable>(
    await findRuntimes((["node", "node20", "bun"] as const).filter((name) => wanted.has(name))),
  );
  // This very process's: npm's command is a script that starts it, whose processor time would be the script's.
  if (wanted.has("deno")) found.set("deno", { path: Deno.execPath(), version: Deno.version.deno });
  if (wanted.has("uwsgi")) {
    const { code, stdout } = await runProcess("uwsgi", ["--version"]);
    if (code === 0) found.set("uwsgi", { path: "uwsgi", version: stdout.trim() });
    else console.error(`uWSGI is left out: it is not installed (apt-get install ${UWSGI_PACKAGES})`);
  }
  if (wanted.has("nginx")) {
    // A shell, which becomes nginx.
    const { code, output } = await runProcess("nginx", ["-v"]);
    if (code === 0) found.set("nginx", { path: "sh", version: /[\d.]+/.exec(output)?.[0] ?? "" });
    else console.error("nginx is left out: it is not installed (apt-get install nginx-light)");
    await createNginx();
  }
  const needsAny = (...wanted: Contestant["needs"][]) => contestants.some(({ needs }) => needs !== undefined && wanted.includes(needs));
  if (needsAny("site", "site and packages")) await createSite();
  if (needsAny("certificate")) createCertificate();
  if (needsAny("packages", "site and packages")) await installPackages();
  if (needsAny("npm") && await isStale()) {
    console.error("building npm/dist");
    await buildNpm();
  }
  return found;
}

/** Whether a source is newer than the emit. */
async function isStale(): Promise<boolean> {
  const built = await modified("npm/dist/package.json");
  for (const file of ["mod.ts", "deno.json", ...await walkFiles(ROOT, "src")]) {
    if (await modified(file) > built) return true;
  }
  return false;
}

/** Milliseconds since 1970; 0 for a file that is not there. */
async function modified(file: string): Promise<number> {
  const info = await Deno.stat(join(ROOT, file)).catch(() => null);
  return info?.mtime?.getTime() ?? 0;
}
