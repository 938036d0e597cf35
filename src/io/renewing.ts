import type { Address, TlsIdentity } from "../contract/socket.ts";
import { formatAddress } from "./address.ts";
import { brokenError } from "./broken_error.ts";
import { type Certificates, readCertificates } from "./certificates.ts";

/** What has a listener's certificates. */
export interface Renewable {
  /** @throws The runtime does not take one; the old ones stay. */
  renew(certificates: Certificates): void | Promise<void>;
}

/**
 * `Listener.renew`, for every engine.
 *
 * @param tls Null where the listener has none.
 * @throws {TypeError} It has none.
 * @throws {BrokenError} A certificate is none, or not taken.
 */
export async function renewing(address: Address, identities: readonly TlsIdentity[], tls: Renewable | null): Promise<void> {
  const attempt = `renew the certificate of ${formatAddress(address)}`;
  if (tls === null) throw new TypeError(`${attempt}: it speaks no TLS`);
  try {
    // Bun would take anything, and say so with the next connection.
    await tls.renew(await readCertificates(identities));
  } catch (error) {
    throw brokenError(attempt, error);
  }
}
