/** The slices of `Deno` and `Bun` that their loop engines touch; written out, so that each is checked without the other's types. */
import type { DenoUmask } from "../io/deno_umask.ts";

/** Of `Deno.NetAddr`; of a Unix socket the two are missing. */
export interface DenoNetAddr {
  readonly transport: string;
  readonly hostname?: string;
  readonly port?: number;
}

/** Where `Deno.serve` listens. */
export type DenoPlace = { readonly hostname: string; readonly port: number; readonly tcpBacklog: number } | { readonly path: string };

/** Of `Deno.HttpServer`. */
export interface DenoHttpServer {
  readonly addr: DenoNetAddr;
  /** Ends idle connections, and the others after their answers. */
  shutdown(): Promise<void>;
}

/** What `Deno.serve` takes. */
export interface DenoServeOptions {
  readonly cert?: string;
  readonly key?: string;
  /** Missing in Deno's types (2.9). */
  readonly automaticCompression: boolean;
  onListen(): void;
  onError(error: unknown): Response;
}

/** Of `Deno.FsFile`. */
export interface DenoFile {
  /** Closes the file at its end, and when it is cancelled. */
  readonly readable: ReadableStream<Uint8Array>;
  close(): void;
}

/** Of `Deno`. */
export interface DenoServe extends DenoUmask {
  openSync(path: string): DenoFile;
  serve(
    options: DenoServeOptions & DenoPlace,
    handler: (request: Request, info: { readonly remoteAddr: DenoNetAddr }) => Response | Promise<Response>,
  ): DenoHttpServer;
}

/** Of `Bun.Server`. */
export interface BunHttpServer {
  readonly port: number | undefined;
  readonly hostname: string | undefined;
  requestIP(request: Request): { readonly address: string; readonly port: number } | null;
  /** @param seconds 0 for any time. */
  timeout(request: Request, seconds: number): void;
  stop(closeActiveConnections?: boolean): Promise<void>;
}

/** A certificate, and for which server name; without one it is for all others. */
export interface BunTlsEntry {
  readonly cert: string;
  readonly key: string;
  readonly serverName?: string;
}

/** Where `Bun.serve` listens. */
export type BunPlace = { readonly hostname: string; readonly port: number } | { readonly unix: string };

/** What `Bun.serve` takes besides. */
export interface BunServeOptions {
  readonly idleTimeout: number;
  readonly maxRequestBodySize: number;
  readonly tls?: readonly BunTlsEntry[];
  fetch(request: Request, server: BunHttpServer): Response | Promise<Response>;
  error(error: Error): Response;
}

/** Of `Bun`. */
export interface BunServe {
  /** Nothing is opened yet. */
  file(path: string): Blob;
  serve(options: BunServeOptions & BunPlace): BunHttpServer;
}
