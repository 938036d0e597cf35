import type { TlsIdentity } from "../contract/socket.ts";
import { ConfigError } from "../errors.ts";
import { type CertificateFacts, readIdentity } from "../io/node_identity.ts";
import type { ServerContext } from "./server_context.ts";

/** Issuers renew certificates of 90 days a month before their end: one that has two weeks left is not being renewed. */
const SOON_MS = 14 * 24 * 3600 * 1000;

/**
 * What a certificate says of itself.
 *
 * @throws {ConfigError} It is none, or its key is another one's.
 */
export async function identityFacts(tls: TlsIdentity): Promise<CertificateFacts> {
  try {
    return await readIdentity(tls);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new ConfigError("tls", `option tls: ${error.message}`, error.cause);
  }
}

/** Warns of a certificate that is out of date, or is soon. */
export function warnOfEnd({ names, validUntil }: CertificateFacts, { clock, observer }: ServerContext): void {
  const leftMs = validUntil - clock.wallTime();
  if (leftMs > SOON_MS) return;
  const day = new Date(validUntil).toISOString().slice(0, 10);
  const [verb, consequence] = leftMs < 0 ? ["was", "refuse it"] : ["is", "will refuse it then"];
  observer.warning?.(`the certificate of ${names} ${verb} valid until ${day}: clients ${consequence}; renew it, and send SIGHUP`);
}
