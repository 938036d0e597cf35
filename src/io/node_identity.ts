import type { TlsIdentity } from "../contract/socket.ts";

/** What a certificate says of itself. */
export interface CertificateFacts {
  /** Whom it names: its alternative names, or else its subject. */
  readonly names: string;
  /** The DNS names among its alternative names, which alone browsers and most others go by. */
  readonly hosts: readonly string[];
  /** When it ends to be valid, in milliseconds since 1970. */
  readonly validUntil: number;
}

/**
 * Reads a certificate and its key by `node:crypto`, which all runtimes have, and which is loaded for this alone: each runtime's own sockets say in words
 * of their own what is wrong with them.
 *
 * @throws {TypeError} One of them is none, or they do not belong together.
 */
export async function readIdentity({ cert, key }: TlsIdentity): Promise<CertificateFacts> {
  const { createPrivateKey, X509Certificate } = await import("node:crypto");
  const certificate = parse(() => new X509Certificate(cert), "no certificate in PEM is in it");
  const privateKey = parse(
    () => createPrivateKey(key),
    "no private key in PEM is in it, or one with a passphrase: remove that by openssl pkey",
  );
  if (!certificate.checkPrivateKey(privateKey)) throw new TypeError("the key is another one than the certificate's");
  const names = certificate.subjectAltName ?? certificate.subject;
  const hosts = (certificate.subjectAltName ?? "").split(", ").flatMap((name) => /^DNS:([\w.*-]+)$/.exec(name)?.[1] ?? []);
  return { names: names.replaceAll("\n", ", "), hosts, validUntil: Date.parse(certificate.validTo) };
}

function parse<Part>(read: () => Part, otherwise: string): Part {
  try {
    return read();
  } catch (error) {
    throw new TypeError(otherwise, { cause: error });
  }
}
