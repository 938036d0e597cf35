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
  pause(): void;
  resume(): void;
}

/** Of `Bun.SocketHandler`. */
export interface BunSocketHandler<Data> {
  readonly binaryType: "uint8array";
  open(socket: BunTcpSocket<Data>): void;
  data(socket: BunTcpSocket<Data>, chunk: Uint8Array): void;
  drain(socket: BunTcpSocket<Data>): void;
  end(socket: BunTcpSocket<Data>): void;
  close(socket: BunTcpSocket<Data>, error?: Error): void;
  error(socket: BunTcpSocket<Data>, error: Error): void;
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
  file(path: string): BunFile;
}

/** Of `process`. */
export interface BunProcess {
  umask(mask: number): number;
}
