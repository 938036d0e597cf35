/** The certificate of servers that speak TLS. */
import { mkdirSync, writeFileSync } from "node:fs";
import { createIdentity } from "../tests/support/certificate.ts";

/** From the project's folder, where contestants run; git does not keep them. */
export const CERTIFICATE = { cert: "bench/.certificate/cert.pem", key: "bench/.certificate/key.pem" } as const;

/**
 * Makes it anew: it is valid for a month, and costs less than to ask whether it still is.
 *
 * @throws {Error} There is no openssl, or it cannot.
 */
export function createCertificate(): void {
  const { cert, key } = createIdentity();
  const file = (path: string) => new URL(`../${path}`, import.meta.url);
  mkdirSync(file("bench/.certificate"), { recursive: true });
  writeFileSync(file(CERTIFICATE.cert), cert);
  writeFileSync(file(CERTIFICATE.key), key, { mode: 0o600 });
}
