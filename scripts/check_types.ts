/**
 * Checks the types of all TypeScript files three times: as Deno sees them, and with the types of Node and of Bun in scope. Each must
 * compile without the globals of the others.
 */
import { ROOT } from "./root.ts";
import { runProcess } from "./run_process.ts";
import { runTsc } from "./run_tsc.ts";
import { walkFiles } from "./walk_files.ts";

type Checker = "Deno" | "Node" | "Bun";

/** Who checks a file: all, but for what runs on Deno alone, and for a benchmark's server or a proof of types that names its runtime. */
function checkersOf(file: string): readonly Checker[] {
  if (/^(scripts|tests\/unit\/scripts)\//.test(file) || /^(?:bench\/\w+|(?:fuzz|soak|faults)\/run(?:_\w+)?)\.ts$/.test(file)) {
    return ["Deno"];
  }
  const runtime = /^(?:bench|tests\/types)\/(?:.*[/_])?(deno|bun|node)(?:_\w+)?\.ts$/.exec(file)?.[1];
  switch (runtime) {
    case "deno":
      return ["Deno"];
    case "bun":
      return ["Bun"];
    case "node":
      return ["Node"];
    default:
      return ["Deno", "Node", "Bun"];
  }
}

async function check(checker: Checker, files: readonly string[]): Promise<string | null> {
  if (checker === "Deno") {
    const deno = await runProcess(Deno.execPath(), ["check", "--quiet", ...files], { cwd: ROOT });
    return deno.code === 0 ? null : deno.output;
  }
  const types = checker === "Node" ? "node" : "bun-types";
  try {
    await runTsc(`types_${types}`, files, { noEmit: true, types: [types] });
    return null;
  } catch (error) {
    return (error as Error).message;
  }
}

const folders = ["src", "tests", "examples", "fuzz", "soak", "faults", "bench", "scripts"];
const all = (await Promise.all(folders.map((folder) => walkFiles(ROOT, folder)))).flat().filter((file) => file.endsWith(".ts"));
all.push("mod.ts");
let failed = false;
await Promise.all((["Deno", "Node", "Bun"] as const).map(async (checker) => {
  const files = all.filter((file) => checkersOf(file).includes(checker));
  const errors = await check(checker, files);
  failed ||= errors !== null;
  console.log(`${checker}: ${files.length} files${errors === null ? "" : `\n${errors}`}`);
}));
Deno.exit(failed ? 1 : 0);
