import type { Address, TlsIdentity } from "../contract/socket.ts";
import { type BunHandler, type BunNative, createHandler } from "./bun_handler.ts";
import { BunSocket } from "./bun_socket.ts";
import type { BunOwner, BunTlsOptions } from "./bun_types.ts";
import type { Certificates } from "./certificates.ts";
import type { SecureContexts } from "./node_tls.ts";
import { ALPN_PROTOCOLS, speaksPlain } from "./plain_on_tls.ts";
import type { Renewable } from "./renewing.ts";

/** As the wire has them: each behind its length. */
const ALPN = ALPN_PROTOCOLS.map((name) => String.fromCharCode(name.length) + name).join("");

/** Who hears of the secure sockets: they are open already. */
const SECURE_HANDLER = createHandler(() => {});

/**
 * A listener's TLS on Bun: each connection is upgraded by itself, and not by the listener, so that another certificate takes effect with the next one:
 * a listener's own cannot be changed, `reload` passes over it (Bun 1.4.5). That costs 50 us a handshake, of 600, and nothing a request.
 */
export class BunTls implements Renewable {
  #chosen: Chosen;

  private constructor(chosen: Chosen) {
    this.#chosen = chosen;
  }

  /** @throws What the runtime says of one of several certificates that is none. */
  static async open(certificates: Certificates): Promise<BunTls> {
    return new BunTls(await chosenOf(certificates));
  }

  async renew(certificates: Certificates): Promise<void> {
    this.#chosen = await chosenOf(certificates);
  }

  /** A connection's server side, in its handshake. */
  accept(accepted: BunNative, local: Address, remote: Address): BunSocket {
    const socket = new BunSocket(accepted, local, remote, true);
    accepted.data = new Below(accepted, socket, this.#chosen);
    return socket;
  }
}

/**
 * The connection below. Its first bytes say whether it is one of TLS: an upgrade cannot be taken back, and closes the connection of a client that speaks
 * plain HTTP at once. Of one that was upgraded Bun still tells all bytes as they come.
 */
class Below implements BunOwner {
  readonly #accepted: BunNative;
  readonly #above: BunSocket;
  readonly #chosen: Chosen;
  #upgraded = false;

  constructor(accepted: BunNative, above: BunSocket, chosen: Chosen) {
    this.#accepted = accepted;
    this.#above = above;
    this.#chosen = chosen;
  }

  received(chunk: Uint8Array): void {
    if (this.#upgraded) return;
    const above = this.#above;
    if (speaksPlain(chunk)) {
      this.#accepted.data = above;
      return above.plain();
    }
    this.#upgraded = true;
    const options = { isServer: true, data: above, initialData: chunk, ...this.#chosen } as const;
    const [raw, secure] = this.#accepted.upgradeTLS<BunOwner | undefined>(options);
    raw.data = this;
    above.upgraded(secure, raw);
  }

  shaken(): void {}
  writable(): void {}

  /** FIN before the first byte. */
  readEnded(): void {
    if (!this.#upgraded) this.#above.shaken(null);
  }

  closed(error: Error | undefined): void {
    if (!this.#upgraded) this.#above.closed(error);
  }

  broken(error: Error): void {
    if (!this.#upgraded) this.#above.broken(error);
  }

  /** Whoever was to accept it threw. */
  blame(error: unknown): void {
    this.#above.blame(error);
  }
}

/** What a connection gets, whoever its client asks for. */
interface Chosen {
  readonly tls: BunTlsOptions;
  readonly socket: BunHandler;
}

async function chosenOf(certificates: Certificates): Promise<Chosen> {
  const tls = optionsOf(certificates.identities[0]!);
  if (certificates.identities.length === 1) return { tls, socket: SECURE_HANDLER };
  // Of node:tls, which is loaded for this alone.
  const contexts: SecureContexts = new (await import("./node_tls.ts")).SecureContexts(certificates);
  return { tls, socket: { ...SECURE_HANDLER, serverName: (_data, name) => contexts.of(name).context } };
}

/** Bun's default is TLS 1.2 and later (1.4.5; a test holds it to that). */
function optionsOf({ cert, key }: TlsIdentity): BunTlsOptions {
  return { cert, key, ALPNProtocols: ALPN };
}
