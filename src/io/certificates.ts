import type { TlsIdentity } from "../contract/socket.ts";
import { readIdentity } from "./node_identity.ts";
import { ServerNames } from "./server_names.ts";

/** A listener's certificates, and whom each is for. */
export interface Certificates {
  /** The first is for clients that name no server, or one that none has the name of. */
  readonly identities: readonly TlsIdentity[];
  /** The DNS names of each. */
  readonly hosts: readonly (readonly string[])[];
  readonly names: ServerNames;
}

/**
 * Reads a listener's certificates.
 *
 * @param identities One at least.
 * @throws {TypeError} One is none.
 */
export async function readCertificates(identities: readonly TlsIdentity[]): Promise<Certificates> {
  const facts = await Promise.all(identities.map(readIdentity));
  const hosts = facts.map(({ hosts }) => hosts);
  return { identities, hosts, names: new ServerNames(hosts) };
}
