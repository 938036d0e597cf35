import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TlsIdentity } from "../../src/contract/socket.ts";

/**
 * Makes a certificate that is signed by its own key, for `localhost` and 127.0.0.1, by openssl.
 *
 * @param name Its common name.
 * @param days How long it is valid.
 * @param alternatives Other names that it has, as openssl writes them.
 */
export function createIdentity(name = "localhost", days = 30, alternatives = "DNS:localhost,IP:127.0.0.1"): TlsIdentity {
  const folder = mkdtempSync(join(tmpdir(), "heddle-"));
  try {
    const [cert, key] = ["cert.pem", "key.pem"].map((file) => join(folder, file));
    const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
    const args = [
      "req",
      "-x509",
      ...curve,
      "-days",
      String(days),
      "-keyout",
      key,
      "-out",
      cert,
      "-subj",
      `/CN=${name}`,
      ...(alternatives === "" ? [] : ["-addext", `subjectAltName=${alternatives}`]),
    ];
    execFileSync("openssl", args, { stdio: "pipe" });
    return { cert: readFileSync(cert, "utf8"), key: readFileSync(key, "utf8") };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
