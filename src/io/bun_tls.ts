import type { Address, TlsIdentity, TlsInfo } from "../contract/socket.ts";
import { BunSocket } from "./bun_socket.ts";
import type { BunOwner, BunSocketHandler, BunTcpSocket, BunTlsOptions, BunTlsSocket } from "./bun_types.ts";
import { ALPN_PROTOCOLS, PLAIN_ON_TLS, speaksPlain } from "./plain_on_tls.ts";

type Native = BunTcpSocket<BunOwner | undefined>;

/** As the wire has them: each behind its length. */
const ALPN = ALPN_PROTOCOLS.map((name) => String.fromCharCode(name.length) + name).join("");

/**
 * A listener's TLS on Bun: each connection is upgraded by itself, and not by the listener, so that another certificate takes effect with the next one:
 * a listener's own cannot be changed, `reload` passes over it (Bun 1.4.5). That costs 50 us a handshake, of 600, and nothing a request.
 */
export class BunTls {
  readonly #handler: BunSocketHandler<BunOwner | undefined>;
  #options: BunTlsOptions;

  /** @param handler Who hears of the secure sockets. */
  constructor(identity: TlsIdentity, handler: BunSocketHandler<BunOwner | undefined>) {
    this.#options = optionsOf(identity);
    this.#handler = { ...handler, open: () => {}, handshake };
  }

  renew(identity: TlsIdentity): void {
    this.#options = optionsOf(identity);
  }

  /** A connection's server side, in its handshake. */
  accept(accepted: Native, local: Address, remote: Address): BunSocket {
    const [raw, secure] = accepted.upgradeTLS({ isServer: true, tls: this.#options, data: undefined, socket: this.#handler });
    const socket = new BunSocket(secure, local, remote, raw);
    secure.data = socket;
    // Both: the one that is given here hears of what comes, the one that was accepted of what its acceptor throws.
    accepted.data = raw.data = new Below(raw, socket);
    return socket;
  }
}

/** The connection below: Bun still tells it of all bytes as they come. A client that speaks plain HTTP is told so; then its handshake fails. */
class Below implements BunOwner {
  readonly #raw: Native;
  readonly #above: BunSocket;
  #heard = false;

  constructor(raw: Native, above: BunSocket) {
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

/** The error beside a success is that the client has no certificate. */
function handshake(native: Native, success: boolean): void {
  try {
    native.data?.shaken(success ? infoOf(native) : null);
  } catch (error) {
    native.data?.blame(error);
  }
}

function infoOf(native: Native): TlsInfo {
  const { alpnProtocol, getServername } = native as BunTlsSocket<BunOwner | undefined>;
  return { protocol: alpnProtocol || null, serverName: getServername.call(native) || null };
}

/** Bun's default is TLS 1.2 and later (1.4.5; a test holds it to that). */
function optionsOf({ cert, key }: TlsIdentity): BunTlsOptions {
  return { cert, key, ALPNProtocols: ALPN };
}
