/** Other people's servers, which the bench measures heddle against: installed by npm into `bench/.packages`, and no dependency of the project. */
import { join } from "node:path";
import { ROOT } from "../scripts/root.ts";
import { runProcess } from "../scripts/run_process.ts";

/** Exact, so that a result says what it was measured against; one place to raise them. */
export const PACKAGE_VERSIONS: Readonly<Record<string, string>> = {
  "@hono/node-server": "2.1.9",
  sirv: "3.0.2",
  srvx: "1.0.8",
};

const FOLDER = join(ROOT, "bench", ".packages");

/**
 * Installs what is missing or of another version. The packages' peer, hono, is the project's own, so that both sides run the same.
 *
 * @throws {Error} npm could not.
 */
export async function installPackages(): Promise<void> {
  if (await areInstalled()) return;
  const specs = Object.entries(PACKAGE_VERSIONS).map(([name, version]) => `${name}@${version}`);
  console.error(`installing ${specs.join(", ")} into bench/.packages`);
  // Made beside its place and moved there whole: an interrupted or a second install never leaves half of it.
  const fresh = `${FOLDER}.${Deno.pid}`;
  await Deno.mkdir(fresh, { recursive: true });
  await Deno.writeTextFile(join(fresh, "package.json"), `{ "private": true }\n`);
  const flags = ["--ignore-scripts", "--legacy-peer-deps", "--no-fund", "--no-audit", "--no-update-notifier"];
  const npm = await runProcess("npm", ["install", ...flags, ...specs], { cwd: fresh });
  if (npm.code !== 0) {
    await Deno.remove(fresh, { recursive: true });
    throw new Error(`install ${specs.join(", ")}: npm ended with ${npm.code}\n${npm.output}`);
  }
  await Deno.remove(FOLDER, { recursive: true }).catch(() => {});
  await Deno.rename(fresh, FOLDER);
}

async function areInstalled(): Promise<boolean> {
  for (const [name, version] of Object.entries(PACKAGE_VERSIONS)) {
    const text = await Deno.readTextFile(join(FOLDER, "node_modules", name, "package.json")).catch(() => "{}");
    if ((JSON.parse(text) as { version?: string }).version !== version) return false;
  }
  return true;
}
