import type { TlsIdentity } from "../contract/socket.ts";
import { ConfigError } from "../errors.ts";
import { type CertificateFacts, readIdentity } from "../io/node_identity.ts";
import { ServerNames } from "../io/server_names.ts";
import type { ServeOptions } from "./serve_options.ts";
import type { ServerContext } from "./server_context.ts";

/** Issuers renew certificates of 90 days a month before their end: one that has two weeks left is not being renewed. */
const SOON_MS = 14 * 24 * 3600 * 1000;

/** The certificates that the options name. */
export function identitiesOf(tls: NonNullable<ServeOptions["tls"]>): readonly TlsIdentity[] {
  return "length" in tls ? tls : [tls];
}

/**
 * What certificates say of themselves.
 *
 * @throws {ConfigError} There is none, one is none, its key is another one's, or no client would get it.
 */
export async function identityFacts(identities: readonly TlsIdentity[]): Promise<readonly CertificateFacts[]> {
  if (identities.length === 0) throw new ConfigError("tls", "option tls: no certificate; give one at least");
  const subject = (index: number) => identities.length === 1 ? "option tls" : `option tls, certificate ${index + 1}`;
  const facts = await Promise.all(identities.map((identity, index) => factsOf(identity, subject(index))));
  const names = new ServerNames(facts.map(({ hosts }) => hosts));
  facts.forEach(({ hosts }, index) => {
    if (!names.isLost(hosts, index)) return;
    const why = hosts.length === 0 ? "it has no DNS name" : `those before it have its names, ${hosts.join(", ")}`;
    throw new ConfigError("tls", `${subject(index)}: no client would get it: ${why}`);
  });
  return facts;
}

async function factsOf(identity: TlsIdentity, subject: string): Promise<CertificateFacts> {
  try {
    return await readIdentity(identity);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new ConfigError("tls", `${subject}: ${error.message}`, error.cause);
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
