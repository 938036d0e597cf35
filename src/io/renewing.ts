import type { Address } from "../contract/socket.ts";
import { formatAddress } from "./address.ts";
import { brokenError } from "./broken_error.ts";

/**
 * `Listener.renew`, for every engine.
 *
 * @param renew Takes the new certificate, or throws; null where the listener has no TLS.
 * @throws {TypeError} It has none.
 * @throws {BrokenError} What `renew` threw.
 */
export async function renewing(address: Address, renew: (() => void | Promise<void>) | null): Promise<void> {
  const attempt = `renew the certificate of ${formatAddress(address)}`;
  if (renew === null) throw new TypeError(`${attempt}: it speaks no TLS`);
  try {
    await renew();
  } catch (error) {
    throw brokenError(attempt, error);
  }
}
