/** The slice of `Deno` that its I/O engine touches; written out, so that Bun, Node and tsc read the engine without Deno's types. */
import type { DenoUmask } from "./deno_umask.ts";

/** An endpoint as Deno tells it; the unnamed end of a Unix socket has a null path (2.9), whatever Deno's types say. */
export type DenoAddress =
  | { readonly transport: "tcp" | "udp"; readonly hostname: string; readonly port: number }
  | { readonly transport: "unix" | "unixpacket"; readonly path: string | null };

/** Of `Deno.Conn` and `Deno.TcpConn`. */
export interface DenoConn {
  readonly localAddr: DenoAddress;
  readonly remoteAddr: DenoAddress;
  /** Null at the end of input. */
  read(buffer: Uint8Array): Promise<number | null>;
  /** May take less than all of it. */
  write(bytes: Uint8Array): Promise<number>;
  closeWrite(): Promise<void>;
  close(): void;
  /** TCP only. */
  setNoDelay?(noDelay?: boolean): void;
}

/** Of `Deno.Listener`. */
export interface DenoListener {
  readonly addr: DenoAddress;
  accept(): Promise<DenoConn>;
  close(): void;
}

/** Of `Deno`. */
export interface DenoSockets extends DenoUmask {
  listen(options: { hostname: string; port: number; tcpBacklog: number }): DenoListener;
  listen(options: { transport: "unix"; path: string }): DenoListener;
  connect(options: { hostname: string; port: number; signal?: AbortSignal }): Promise<DenoConn>;
  connect(options: { transport: "unix"; path: string }): Promise<DenoConn>;
  lstat(path: string): Promise<{ readonly isSocket: boolean | null }>;
  chmod(path: string, mode: number): Promise<void>;
  remove(path: string): Promise<void>;
}
