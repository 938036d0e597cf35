/** Fails on an import against the direction, and on a runtime touched where it must not be; `scripts/layers.ts` has the rules. */
import { join } from "node:path";
import { checkLayers } from "./layers.ts";
import { ROOT } from "./root.ts";
import { sourcePackages } from "./manifest.ts";
import { walkFiles } from "./walk_files.ts";

const packages = await sourcePackages();
const files = [...(await walkFiles(ROOT, "src")).filter((file) => file.endsWith(".ts")), "mod.ts"];
const findings: string[] = [];
for (const file of files) {
  findings.push(...checkLayers(file, await Deno.readTextFile(join(ROOT, file)), packages));
}
findings.forEach((finding) => console.log(finding));
console.log(`${files.length} files, ${findings.length} findings`);
Deno.exit(findings.length === 0 ? 0 : 1);
