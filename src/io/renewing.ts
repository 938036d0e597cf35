import type { Address, TlsIdentity } from "../contract/socket.ts";
import { formatAddress } from "./address.ts";
import { brokenError } from "./broken_error.ts";
import { readIdentity } from "./node_identity.ts";

/** What has a listener's certificate. */
export interface Renewable {
  /** @throws The runtime does not take it; the old one stays. */
  renew(identity: TlsIdentity): void;
}

/**
 * `Listener.renew`, for every engine.
 *
 * @param tls Null where the listener has none.
 * @throws {TypeError} It has none.
 * @throws {BrokenError} The certificate is none, or not taken.
 */
export async function renewing(address: Address, identity: TlsIdentity, tls: Renewable | null): Promise<void> {
  const attempt = `renew the certificate of ${formatAddress(address)}`;
  if (tls === null) throw new TypeError(`${attempt}: it speaks no TLS`);
  try {
    // Bun would take anything, and say so with the next connection.
    await readIdentity(identity);
    tls.renew(identity);
  } catch (error) {
    throw brokenError(attempt, error);
  }
}
