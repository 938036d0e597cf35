import type { DenoConn, DenoListener, DenoSockets } from "../../src/io/deno_types.ts";

const LOCAL = { transport: "tcp", hostname: "127.0.0.1", port: 80 } as const;
const REMOTE = { transport: "tcp", hostname: "192.0.2.7", port: 4711 } as const;

/** A promise's two ends. */
interface Waiting<T> {
  readonly bytes: Uint8Array;
  resolve(value: T): void;
  reject(error: unknown): void;
}

/** A `Deno.Conn` whose reads and writes are settled by the test. */
export class FakeConn implements DenoConn {
  readonly localAddr = LOCAL;
  readonly remoteAddr = REMOTE;
  readonly reads: Waiting<number | null>[] = [];
  readonly writes: Waiting<number>[] = [];
  /** `closeWrite` and `close`, as they were called. */
  readonly calls: string[] = [];

  read(buffer: Uint8Array): Promise<number | null> {
    return new Promise((resolve, reject) => this.reads.push({ bytes: buffer, resolve, reject }));
  }

  write(bytes: Uint8Array): Promise<number> {
    return new Promise((resolve, reject) => this.writes.push({ bytes, resolve, reject }));
  }

  closeWrite(): Promise<void> {
    this.calls.push("closeWrite");
    return Promise.resolve();
  }

  close(): void {
    this.calls.push("close");
  }

  setNoDelay(): void {
    throw new Error("a connection that was reset takes no options");
  }

  /** The oldest read brings `text`; null is the end of input. */
  async receive(text: string | null): Promise<void> {
    const read = this.reads.shift()!;
    if (text !== null) new TextEncoder().encodeInto(text, read.bytes);
    read.resolve(text === null ? null : text.length);
    await settle();
  }

  /** The kernel takes `count` bytes of the oldest write; gives them. */
  async take(count: number): Promise<string> {
    const write = this.writes.shift()!;
    const taken = new TextDecoder().decode(write.bytes.subarray(0, count));
    write.resolve(count);
    await settle();
    return taken;
  }
}

/** A `Deno` without a network: `listen` and `connect` do as told, file operations are written down. */
export class FakeDeno implements DenoSockets {
  readonly calls: string[] = [];
  /** What `accept` gives, in turn; an error is thrown, and past the last one it waits. */
  readonly accepts: (DenoConn | Error)[] = [];
  /** What `listen` throws, in turn; past the last one it works. */
  readonly listenErrors: Error[] = [];
  isSocket = true;
  connectError: Error | null = null;

  listen(options: { path: string } | { hostname: string; port: number; tcpBacklog: number }): DenoListener {
    this.calls.push("path" in options ? `listen ${options.path}` : `listen ${options.hostname}:${options.port}, ${options.tcpBacklog}`);
    const error = this.listenErrors.shift();
    if (error !== undefined) throw error;
    return { addr: LOCAL, accept: () => this.#accept(), close: () => void this.calls.push("close") };
  }

  connect(_options?: { readonly path?: string; readonly signal?: AbortSignal }): Promise<DenoConn> {
    this.calls.push("connect");
    return this.connectError === null ? Promise.resolve(new FakeConn()) : Promise.reject(this.connectError);
  }

  lstat(): Promise<{ isSocket: boolean }> {
    return Promise.resolve({ isSocket: this.isSocket });
  }

  chmod(path: string, mode: number): Promise<void> {
    this.calls.push(`chmod ${path} ${mode.toString(8)}`);
    return Promise.reject(systemError("EPERM"));
  }

  umask(mask: number): number {
    this.calls.push(`umask ${mask.toString(8)}`);
    return 0o22;
  }

  readonly permissions = { querySync: () => ({ state: "prompt" }) };

  remove(path: string): Promise<void> {
    this.calls.push(`remove ${path}`);
    return Promise.resolve();
  }

  #accept(): Promise<DenoConn> {
    const next = this.accepts.shift();
    if (next === undefined) return new Promise(() => {});
    return next instanceof Error ? Promise.reject(next) : Promise.resolve(next);
  }
}

/** An error as runtimes make them of a system call's. */
export function systemError(code: string): Error {
  return Object.assign(new Error(`${code} (os error)`), { code });
}

/** Lets promises and `setImmediate` run. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}
