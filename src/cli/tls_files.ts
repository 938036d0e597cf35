import { readFile } from "node:fs/promises";
import type { TlsIdentity } from "../contract/socket.ts";
import { ConfigError } from "../errors.ts";
import { process } from "../io/node_process.ts";
import type { LineWriter } from "../observe/line_writer.ts";
import type { Server } from "../serve/server.ts";

/** The files of `--cert` and `--key`. */
export class TlsFiles {
  readonly #cert: string;
  readonly #key: string;

  constructor(cert: string, key: string) {
    this.#cert = cert;
    this.#key = key;
  }

  /** @throws {ConfigError} One cannot be read. */
  async read(): Promise<TlsIdentity> {
    const [cert, key] = await Promise.all([readPem("--cert", this.#cert), readPem("--key", this.#key)]);
    return { cert, key };
  }

  /** Reads them again on SIGHUP, as nginx does, and says what became of it. */
  readAgainOnSignal(server: Server, err: LineWriter): void {
    process.on("SIGHUP", () => {
      this.read().then((identity) => server.renewCertificate(identity)).then(
        () => err.write(`SIGHUP: new connections get the certificate of ${this.#cert}\n`),
        (error: unknown) =>
          err.write(`*** WARNING *** SIGHUP: the old certificate stays: ${error instanceof Error ? error.message : error}\n`),
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
