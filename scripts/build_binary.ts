/** `deno task build:binary`: heddle and Bun in one executable, `.build/heddle`. */
import { join } from "node:path";
import { ROOT } from "./root.ts";
import { runProcess } from "./run_process.ts";
import { findRuntimes } from "./runtimes.ts";

/** Modules that run in threads of their own: no other one imports them. */
const THREADS = ["src/cli/thread.ts", "src/watchdog/thread.ts", "src/precompress/thread.ts"];

/**
 * Builds the executable.
 *
 * @returns Its path.
 * @throws {Error} Bun could not be installed or could not build it.
 */
export async function buildBinary(): Promise<string> {
  const bun = (await findRuntimes(["bun"])).get("bun")?.path ?? "bun";
  const binary = join(ROOT, ".build", "heddle");
  const flags = [
    "--compile",
    // An app's own npm imports are found only with this (Bun 1.4.5); a .env beside it must not change the server's options.
    "--compile-autoload-package-json",
    "--no-compile-autoload-dotenv",
  ];
  const result = await runProcess(bun, ["build", ...flags, "src/cli/main.ts", ...THREADS, "--outfile", binary], { cwd: ROOT });
  if (result.code !== 0) {
    throw new Error(`build the binary: bun ended with ${result.code}\n${result.output}`);
  }
  return binary;
}

if (import.meta.main) {
  const binary = await buildBinary();
  const { size } = await Deno.stat(binary);
  console.log(`${binary}: ${(size / 1024 / 1024).toFixed(0)} MiB`);
}
