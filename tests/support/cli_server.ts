import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";
import { CliProcess } from "./cli_process.ts";
import { RawClient } from "./raw_client.ts";

/** Writes an app's module, which is taken away after the file's tests. @returns Its path. */
export function appFile(source: string): string {
  const folder = mkdtempSync(join(tmpdir(), "heddle-app-"));
  after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, "app.mjs");
  writeFileSync(path, source);
  return path;
}

/** What a test has of such a server. */
export interface CliServer {
  readonly cli: CliProcess;
  /** A client, which is let go of at the end. */
  connect(): Promise<RawClient>;
}

/**
 * Runs `heddle serve` on a free port while `run` runs.
 *
 * @param args Without the command, or with `static` first.
 * @param openFiles As of `CliProcess`.
 */
export async function servingCli(
  args: readonly string[],
  run: (server: CliServer) => Promise<void>,
  openFiles?: number,
): Promise<void> {
  // By nothing less does Deno tell how many files may be open.
  const options = openFiles === undefined ? {} : { openFiles, denoFlags: ["-A"] };
  const command = args[0] === "static" ? args : ["serve", ...args];
  const cli = new CliProcess([...command, "--port", "0"], options);
  const clients: RawClient[] = [];
  try {
    const port = Number(new URL(await cli.listening()).port);
    const connect = async () => {
      const client = await RawClient.connect({ transport: "tcp", hostname: "127.0.0.1", port });
      clients.push(client);
      return client;
    };
    await run({ cli, connect });
  } finally {
    for (const client of clients) client.destroy();
    cli.kill("SIGKILL");
    await cli.exit;
  }
}
