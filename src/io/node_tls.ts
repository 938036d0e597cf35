import type net from "node:net";
import type { Duplex } from "node:stream";
import tls from "node:tls";
import type { Address, TlsInfo } from "../contract/socket.ts";
import { UnsupportedError } from "../errors.ts";
import { errorCode } from "./broken_error.ts";
import type { Certificates } from "./certificates.ts";
import { process } from "./node_process.ts";
import { NodeSocket, type ReadGate } from "./node_socket.ts";
import { takeOver } from "./node_take_over.ts";
import { ALPN_PROTOCOLS } from "./plain_on_tls.ts";
import type { Renewable } from "./renewing.ts";
import type { ServerNames } from "./server_names.ts";

/**
 * A listener's TLS on `node:tls`. Each connection is wrapped by itself, so that another certificate takes effect with the next one. A module of its
 * own, which plain listeners do not load.
 */
export class NodeTls implements Renewable {
  readonly #namesFirst: boolean;
  #contexts: SecureContexts;
  readonly #sni = (name: string, chosen: (error: null, context: tls.SecureContext) => void) => chosen(null, this.#contexts.of(name));

  /**
   * @param namesFirst Whether `accept` is told which server a client asks for; else `node:tls` asks, where there are several certificates.
   * @throws {UnsupportedError} Several certificates on Deno, and names come later.
   * @throws What the runtime says of a certificate or key that is none.
   */
  constructor(certificates: Certificates, namesFirst: boolean) {
    this.#namesFirst = namesFirst;
    this.#contexts = this.#contextsOf(certificates);
  }

  /** Whether there are several certificates. */
  get hasSeveral(): boolean {
    return this.#contexts.count > 1;
  }

  /** @throws As the constructor; the old ones stay. */
  renew(certificates: Certificates): void {
    this.#contexts = this.#contextsOf(certificates);
  }

  #contextsOf(certificates: Certificates): SecureContexts {
    if (!this.#namesFirst) refuseOnDeno(certificates);
    return new SecureContexts(certificates);
  }

  /**
   * A connection's server side, in its handshake.
   *
   * @param below The connection: a `net.Socket`, or any stream of bytes.
   * @param gate Shut while the socket is paused.
   * @param serverName What the client asks for; empty for none, and where it is not known yet.
   */
  accept(below: Duplex, local: Address, remote: Address, gate: ReadGate | null = null, serverName: string = ""): NodeSocket {
    const options = {
      isServer: true,
      secureContext: this.#contexts.of(serverName),
      ALPNProtocols: ALPN_PROTOCOLS,
      allowHalfOpen: true,
      ...(!this.#namesFirst && this.hasSeveral && { SNICallback: this.#sni }),
    };
    // The types want a net.Socket; the documentation, any Duplex.
    const secure = new tls.TLSSocket(below as net.Socket, options);
    secure.once("error", (error) => {
      // Before what follows, by which Node would close the connection below.
      const plain = errorCode(error) === "ERR_SSL_HTTP_REQUEST" ? takeOver(below) : null;
      if (plain !== null) socket.plain(feed(plain, new NodeSocket(plain, local, remote)));
    });
    // A handshake again, of TLS 1.2, is asked for by nobody but attackers.
    secure.disableRenegotiation();
    // What fails after the handshake is told by this event alone, for it is meant for a tls.Server.
    secure.on("_tlsError", (error: Error) => void secure.destroy(error));
    // A net.Socket's error comes to the one above by itself; of another stream it does not.
    below.on("error", (error) => void secure.destroy(error));
    const socket = new NodeSocket(secure, local, remote, true, gate);
    secure.once("secure", () => socket.secured(infoOf(secure)));
    return feed(secure, socket);
  }
}

/** With an `SNICallback`, `node:tls` of Deno (2.9.6) keeps each connection that ends before it has named a server for good, 12 KB: a port scan fills memory. */
function refuseOnDeno({ identities }: Certificates): void {
  const { deno } = process.versions;
  if (deno === undefined || identities.length < 2) return;
  throw new UnsupportedError(
    `Deno ${deno}`,
    "serve https with several certificates: on Deno a client that goes before it has named a server would cost memory for good above node:net; " +
      "take away --io node",
  );
}

/** Has a stream's bytes come to its socket. */
export function feed(stream: net.Socket, socket: NodeSocket): NodeSocket {
  // A Buffer's slice() would share the memory, so the handler gets plain bytes.
  stream.on("data", (chunk: Uint8Array) => socket.receive(new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.length)));
  return socket;
}

/** What the handshake agreed on. */
export function infoOf(secure: tls.TLSSocket): TlsInfo {
  // Both are false where there is none; of a server's socket, the types have no server name.
  const { alpnProtocol, servername } = secure as tls.TLSSocket & { readonly servername?: string | false | null };
  return { protocol: alpnProtocol || null, serverName: servername || null };
}

/** Certificates as `node:tls` takes them. */
export class SecureContexts {
  readonly #all: readonly tls.SecureContext[];
  readonly #names: ServerNames;

  /** @throws What the runtime says of a certificate or key that is none. */
  constructor({ identities, names }: Certificates) {
    this.#all = identities.map(({ cert, key }) => tls.createSecureContext({ cert, key, minVersion: "TLSv1.2" }));
    this.#names = names;
  }

  get count(): number {
    return this.#all.length;
  }

  /** The one for a server name; the first for none. */
  of(name: string): tls.SecureContext {
    return this.#all[this.#names.find(name)]!;
  }
}
