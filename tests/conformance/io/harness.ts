import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import type {
  Address,
  IoEngine,
  Listener,
  ListenOptions,
  ListenTcp,
  Socket,
  SocketHandler,
  TlsIdentity,
} from "../../../src/contract/socket.ts";

/** The far end of a connection under test. */
export interface Peer {
  readonly received: number;
  /** Bytes sent that its kernel has taken. */
  readonly accepted: number;
  readonly text: string;
  readonly bytes: Uint8Array;
  /** How many pieces arrived. */
  readonly pieces: number;
  readonly ended: boolean;
  readonly closed: boolean;
  /** `ECONNRESET` after a reset. */
  readonly errorCode: string | null;
  send(data: Uint8Array | string): void;
  pause(): void;
  resume(): void;
  end(): void;
  reset(): void;
  destroy(): void;
  forget(): void;
}

/** What an engine's conformance test hands to the suite. */
export interface IoHarness {
  readonly engine: IoEngine;
  /** Connects a peer to a listener of the engine. */
  connectPeer(address: Address): Promise<Peer>;
  /** A path for a Unix socket that does not exist yet; null where the engine has none. */
  unixPath(): string | null;
  /** Lets the network move once. */
  turn(): Promise<void>;
  /** Its listeners speak TLS with these certificates, and `connectPeer` too. */
  readonly tls?: readonly TlsIdentity[];
}

/** A case of the suite. */
export interface IoCase {
  /** `symbol() criterion`. */
  readonly name: string;
  /** @default 40_000 */
  readonly timeoutMs?: number;
  /** Run over a Unix socket too, or there only, if the engine has them. */
  readonly unix?: boolean | "only";
  run(context: IoContext): Promise<void>;
}

/** How long a case waits for something that should come: a busy machine is no failure, and one that hangs may take its time to say so. */
const PATIENCE_MS = 20_000;

/** Writes down what a handler hears, checks what holds always, and lets a case hook in. */
export class Recorder implements SocketHandler {
  readonly events: string[] = [];
  readonly chunks: Uint8Array[] = [];
  received = 0;
  error: Error | null | undefined = undefined;
  onData: ((chunk: Uint8Array) => void) | null = null;
  onDrain: (() => void) | null = null;
  onEnd: (() => void) | null = null;
  onClose: (() => void) | null = null;
  /** Rules that were broken; a case fails on any. */
  readonly broken: string[] = [];
  /** The chunks are thrown away: for a lot of bytes. */
  forgetful = false;
  #inside = false;

  data(chunk: Uint8Array): void {
    if (chunk.length === 0) this.broken.push("an empty chunk");
    if (this.events.at(-1) !== "data") this.#note("data");
    if (this.ended) this.broken.push("data after end");
    this.received += chunk.length;
    if (!this.forgetful) this.chunks.push(new Uint8Array(chunk));
    this.#call("data", () => this.onData?.(chunk));
  }

  drain(): void {
    this.#note("drain");
    this.#call("drain", () => this.onDrain?.());
  }

  end(): void {
    if (this.ended) this.broken.push("end twice");
    this.#note("end");
    this.#call("end", () => this.onEnd?.());
  }

  close(error: Error | null): void {
    this.#note("close");
    this.error = error;
    this.#call("close", () => this.onClose?.());
  }

  get ended(): boolean {
    return this.events.includes("end");
  }

  get closed(): boolean {
    return this.events.includes("close");
  }

  /** Everything received, a character a byte. */
  get text(): string {
    return Buffer.concat(this.chunks).toString("latin1");
  }

  #note(event: string): void {
    if (this.closed) this.broken.push(`${event} after close`);
    this.events.push(event);
  }

  #call(event: string, hook: () => void): void {
    if (this.#inside) this.broken.push(`${event} within another call`);
    this.#inside = true;
    try {
      hook();
    } finally {
      this.#inside = false;
    }
  }
}

/** Calls something in one of the handler's events. */
export function hook(recorder: Recorder, event: "data" | "drain" | "end" | "close", call: () => void): void {
  if (event === "data") recorder.onData = call;
  else if (event === "drain") recorder.onDrain = call;
  else if (event === "end") recorder.onEnd = call;
  else recorder.onClose = call;
}

/** A connection under test, both ends. */
export interface Connection {
  readonly socket: Socket;
  readonly recorder: Recorder;
  readonly peer: Peer;
}

/** What one case works with; takes everything down afterwards. */
export class IoContext {
  readonly harness: IoHarness;
  readonly transport: "tcp" | "unix";
  readonly #listeners: Listener[] = [];
  readonly #sockets = new Map<Socket, Recorder>();
  readonly #peers: Peer[] = [];

  constructor(harness: IoHarness, transport: "tcp" | "unix") {
    this.harness = harness;
    this.transport = transport;
  }

  get engine(): IoEngine {
    return this.harness.engine;
  }

  /** The address to listen on in this case. */
  get listenOptions(): ListenOptions {
    if (this.transport === "tcp") return { transport: "tcp", hostname: "127.0.0.1", port: 0 };
    return { transport: "unix", path: this.unixPath() };
  }

  unixPath(): string {
    const path = this.harness.unixPath();
    assert.ok(path !== null, "the engine has Unix sockets");
    return path;
  }

  /** Listens, and closes the listener after the case. */
  async listen(options: ListenOptions, accept: (socket: Socket) => void): Promise<Listener> {
    const { tls } = this.harness;
    const withTls = tls === undefined || options.transport === "unix" ? options : { tls, ...options };
    const listener = await this.engine.listen(withTls, accept);
    this.#listeners.push(listener);
    return listener;
  }

  /** Connects a peer, and takes it down after the case. */
  async peer(address: Address): Promise<Peer> {
    const peer = await this.harness.connectPeer(address);
    this.#peers.push(peer);
    return peer;
  }

  /** Gives a socket a recorder. */
  record(socket: Socket, recorder = new Recorder()): Recorder {
    socket.handler = recorder;
    this.#sockets.set(socket, recorder);
    return recorder;
  }

  /** A connection; `accepted` runs in the listener's accept callback. */
  async open(accepted?: (socket: Socket, recorder: Recorder) => void): Promise<Connection> {
    const found: { socket?: Socket; recorder?: Recorder } = {};
    const listener = await this.listen(this.listenOptions, (socket) => {
      found.socket = socket;
      found.recorder = this.record(socket);
      accepted?.(socket, found.recorder);
    });
    const peer = await this.peer(listener.address);
    await this.until(() => found.recorder !== undefined, "a socket was accepted");
    return { socket: found.socket as Socket, recorder: found.recorder as Recorder, peer };
  }

  /** Lets the network move until something is so. */
  async until(condition: () => boolean, what: string, patienceMs = PATIENCE_MS): Promise<void> {
    const deadline = Date.now() + patienceMs;
    while (!condition()) {
      if (Date.now() > deadline) assert.fail(`waited ${patienceMs} ms in vain: ${what}`);
      await this.harness.turn();
    }
  }

  /** Lets the network move until a figure has stood still for a while; gives it. */
  async settled(figure: () => number): Promise<number> {
    let last = figure();
    for (let still = 0; still < 25; still++) {
      await this.harness.turn();
      const now = figure();
      if (now !== last) still = 0;
      last = now;
    }
    return last;
  }

  /** Gives whatever may still come wrongly the time to come. */
  async quiet(): Promise<void> {
    for (let turn = 0; turn < 10; turn++) await this.harness.turn();
  }

  /** Ends all that is open, and checks what holds for every socket: `close` once and last, no call within another. */
  async finish(): Promise<void> {
    for (const socket of this.#sockets.keys()) socket.abort();
    for (const peer of this.#peers) peer.destroy();
    const recorders = [...this.#sockets.values()];
    await this.until(() => recorders.every((recorder) => recorder.closed), "close reached every handler");
    await this.quiet();
    await Promise.all(this.#listeners.map((listener) => listener.close()));
    for (const recorder of recorders) {
      assert.deepEqual(recorder.broken, []);
      assert.equal(recorder.events.filter((event) => event === "close").length, 1, "close came once");
    }
  }
}

/** A free port of this machine. */
export const LOOPBACK: ListenTcp = { transport: "tcp", hostname: "127.0.0.1", port: 0 };

/** A listener that echoes, and the sockets it accepted. */
export async function echo(context: IoContext, options: ListenOptions): Promise<{ listener: Listener; accepted: [Socket, Recorder][] }> {
  const accepted: [Socket, Recorder][] = [];
  const listener = await context.listen(options, (socket) => {
    const recorder = context.record(socket);
    recorder.onData = (chunk) => socket.write(new Uint8Array(chunk));
    recorder.onEnd = () => socket.end();
    accepted.push([socket, recorder]);
  });
  return { listener, accepted };
}

/** The port that a TCP listener got. */
export function portOf(listener: Listener): number {
  assert.ok(listener.address.transport === "tcp");
  return listener.address.port;
}

/** A turn of a real network. */
export function realTurn(): Promise<void> {
  return sleep(2);
}

/** Bytes in which a lost, doubled or moved one shows. */
export function pattern(length: number, seed = 0): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let index = 0; index < length; index++) bytes[index] = (index * 31 + (index >> 8) * 7 + (index >> 16) * 3 + seed) & 0xff;
  return bytes;
}
