import type { Address, TlsIdentity } from "../contract/socket.ts";
import { formatAddress } from "./address.ts";
import { brokenError } from "./broken_error.ts";
import { readIdentity } from "./node_identity.ts";

/**
 * `Listener.renew`, for every engine.
 *
 * @param renew Takes the new certificate, or throws; null where the listener has no TLS.
 * @throws {TypeError} It has none.
 * @throws {BrokenError} The certificate is none, or what `renew` threw.
 */
export async function renewing(address: Address, identity: TlsIdentity, renew: (() => void) | null): Promise<void> {
  const attempt = `renew the certificate of ${formatAddress(address)}`;
  if (renew === null) throw new TypeError(`${attempt}: it speaks no TLS`);
  try {
    // Bun would take anything, and say so with the next connection.
    await readIdentity(identity);
    renew();
  } catch (error) {
    throw brokenError(attempt, error);
  }
}
