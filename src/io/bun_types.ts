import type { TlsInfo } from "../contract/socket.ts";

/** The slice of `Bun` and `process` that the Bun engine touches; written out, so that Deno, Node and tsc read the engine without Bun's types. */

/** Of `Bun.Socket`. */
export interface BunTcpSocket<Data> {
  data: Data;
  /** The descriptor's number; missing in bun-types 1.4.5. */
  readonly fd?: number;
  /** Undefined on Unix sockets, and once the peer has reset the connection. */
  readonly remoteAddress: string | undefined;
  readonly remotePort: number | undefined;
  readonly localAddress: string | undefined;
  readonly localPort: number | undefined;
  /** Bytes the kernel took; -1 if it takes no more. The encoding is missing in bun-types 1.4.5; without it a string goes out as UTF-8. */
  write(data: string | Uint8Array, encoding?: "latin1"): number;
  /** Sends FIN. */
  shutdown(): void;
  /** Sends RST where there is one, and calls `close` before it returns. */
  terminate(): void;
  /** Closes both directions without RST. */
  close(): void;
  /** The same, after TLS's word of the end. */
  end(): void;
  pause(): void;
  resume(): void;
  /**
   * Makes it the server's side of TLS (since 1.4): what comes out is the connection below and the secure one. The one below still hears of the bytes
   * as they come, and of nothing else that counts; `isServer` is missing in bun-types 1.4.5.
   */
  upgradeTLS<Above>(options: BunTlsUpgrade<Above>): [raw: BunTcpSocket<Data>, secure: BunTlsSocket<Above>];
}

/** Of `Bun.TLSSocket`. */
export interface BunTlsSocket<Data> extends BunTcpSocket<Data> {
  /** False if none was agreed on. */
  readonly alpnProtocol: string | false | null;
  getServername(): string | false | undefined;
}

/** What `upgradeTLS` takes. */
export interface BunTlsUpgrade<Data> {
  readonly isServer: true;
  readonly tls: BunTlsOptions;
  readonly data: Data;
  readonly socket: BunSocketHandler<Data>;
  /** What has come already; missing in bun-types 1.4.5. */
  readonly initialData: Uint8Array;
}

/** Of `Bun.TLSOptions`. */
export interface BunTlsOptions {
  readonly cert: string;
  readonly key: string;
  /** As on the wire: each behind its length (RFC 7301 section 3.1). */
  readonly ALPNProtocols: string;
}

/** Who hears of a socket: what its `data` is. */
export interface BunOwner {
  received(chunk: Uint8Array): void;
  /** @param info Null if the handshake failed. */
  shaken(info: TlsInfo | null): void;
  writable(): void;
  readEnded(): void;
  closed(error: Error | undefined): void;
  /** The runtime has an error of its own: of TLS, after the handshake. */
  broken(error: Error): void;
  /** Someone of ours threw. */
  blame(error: unknown): void;
}

/** Of `Bun.SocketHandler`. */
export interface BunSocketHandler<Data> {
  readonly binaryType: "uint8array";
  open(socket: BunTcpSocket<Data>): void;
  /** Only of TLS. There is an error beside a success too: that the client has no certificate. */
  handshake(socket: BunTcpSocket<Data>, success: boolean, error: Error | null): void;
  data(socket: BunTcpSocket<Data>, chunk: Uint8Array): void;
  drain(socket: BunTcpSocket<Data>): void;
  end(socket: BunTcpSocket<Data>): void;
  close(socket: BunTcpSocket<Data>, error?: Error): void;
  error(socket: BunTcpSocket<Data>, error: Error): void;
  /**
   * Of TLS's server side: gives what `node:tls` has as `SecureContext.context`; undefined for the certificate that it has. It is how Bun's own `node:tls`
   * does SNI, and missing in bun-types 1.4.5. A client that names no server is not asked about.
   */
  serverName?(data: Data | undefined, name: string): unknown;
}

/** Of `Bun.SocketListener`. */
export interface BunSocketListener {
  stop(): void;
  /** Fills in what was bound; missing in bun-types 1.4.5. */
  getsockname?(target: { address?: string; port?: number }): void;
}

/** What `Bun.listen` and `Bun.connect` take on TCP. */
export interface BunTcpOptions<Data> {
  readonly hostname: string;
  readonly port: number;
  readonly allowHalfOpen: true;
  readonly socket: BunSocketHandler<Data>;
}

/** What `Bun.listen` and `Bun.connect` take on Unix sockets. */
export interface BunUnixOptions<Data> {
  readonly unix: string;
  readonly allowHalfOpen: true;
  readonly socket: BunSocketHandler<Data>;
}

/** What `Bun.connect` takes of a descriptor (seen on 1.4.5); missing in its types. */
export interface BunFdOptions<Data> {
  readonly fd: number;
  readonly allowHalfOpen: true;
  readonly socket: BunSocketHandler<Data>;
}

/** Of `Bun.BunFile`. */
export interface BunFile {
  text(): Promise<string>;
  stat(): Promise<{ isSocket(): boolean }>;
  delete(): Promise<void>;
}

/** Of `Bun`. */
export interface BunSockets {
  listen<Data>(options: BunTcpOptions<Data>): BunSocketListener;
  listen<Data>(options: BunUnixOptions<Data>): BunSocketListener;
  connect<Data>(options: BunTcpOptions<Data>): Promise<BunTcpSocket<Data>>;
  connect<Data>(options: BunUnixOptions<Data>): Promise<BunTcpSocket<Data>>;
  connect<Data>(options: BunFdOptions<Data>): Promise<BunTcpSocket<Data>>;
  file(path: string): BunFile;
}
