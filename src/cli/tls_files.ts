import { readFile } from "node:fs/promises";
import type { TlsIdentity } from "../contract/socket.ts";
import { ConfigError } from "../errors.ts";
import { process } from "../io/node_process.ts";
import type { LineWriter } from "../observe/line_writer.ts";
import type { Server } from "../serve/server.ts";

/** The files of `--cert` and `--key`. */
export class TlsFiles {
  readonly #certs: readonly string[];
  readonly #keys: readonly string[];

  /** @param keys As many as there are certificates, in their order. */
  constructor(certs: readonly string[], keys: readonly string[]) {
    this.#certs = certs;
    this.#keys = keys;
  }

  /** @throws {ConfigError} One cannot be read. */
  async read(): Promise<readonly TlsIdentity[]> {
    return await Promise.all(this.#certs.map(async (path, index) => {
      const [cert, key] = await Promise.all([readPem("--cert", path), readPem("--key", this.#keys[index]!)]);
      return { cert, key };
    }));
  }

  /** Reads them again on SIGHUP, as nginx does, and says what became of it. */
  readAgainOnSignal(server: Server, err: LineWriter): void {
    const [certificate, stay] = this.#certs.length === 1 ? ["certificate", "certificate stays"] : ["certificates", "certificates stay"];
    process.on("SIGHUP", () => {
      this.read().then((identities) => server.renewCertificate(identities)).then(
        () => err.write(`SIGHUP: new connections get the ${certificate} of ${this.#certs.join(", ")}\n`),
        (error: unknown) => err.write(`*** WARNING *** SIGHUP: the old ${stay}: ${error instanceof Error ? error.message : error}\n`),
      );
    });
  }
}

async function readPem(flag: string, path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    throw new ConfigError(flag, `${flag} ${path}: ${error instanceof Error ? error.message : error}`, error);
  }
}
