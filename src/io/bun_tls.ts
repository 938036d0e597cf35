import type { Address, TlsIdentity } from "../contract/socket.ts";
import { type BunHandler, type BunNative, createHandler } from "./bun_handler.ts";
import { BunSocket } from "./bun_socket.ts";
import type { BunOwner, BunTlsOptions } from "./bun_types.ts";
import type { Certificates } from "./certificates.ts";
import type { SecureContexts } from "./node_tls.ts";
import { ALPN_PROTOCOLS, PLAIN_ON_TLS, speaksPlain } from "./plain_on_tls.ts";
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
    const [raw, secure] = accepted.upgradeTLS({ isServer: true, data: undefined, ...this.#chosen });
    const socket = new BunSocket(secure, local, remote, raw);
    secure.data = socket;
    // Both: the one that is given here hears of what comes, the one that was accepted of what its acceptor throws.
    accepted.data = raw.data = new Below(raw, socket);
    return socket;
  }
}

/** The connection below: Bun still tells it of all bytes as they come. A client that speaks plain HTTP is told so; then its handshake fails. */
class Below implements BunOwner {
  readonly #raw: BunNative;
  readonly #above: BunSocket;
  #heard = false;

  constructor(raw: BunNative, above: BunSocket) {
    this.#raw = raw;
    this.#above = above;
  }

  received(chunk: Uint8Array): void {
    if (this.#heard) return;
    this.#heard = true;
    if (!speaksPlain(chunk)) return;
    this.#raw.write(PLAIN_ON_TLS, "latin1");
    this.#raw.shutdown();
  }

  shaken(): void {}
  writable(): void {}
  readEnded(): void {}
  closed(): void {}
  broken(): void {}

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
