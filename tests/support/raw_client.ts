import net from "node:net";
import tls from "node:tls";
import type { Address } from "../../src/contract/socket.ts";
import { DuplexAbove } from "./duplex_above.ts";
import { runtimeName } from "./runtime.ts";

/** Bytes handed to the kernel at a time; what `accepted` counts in. */
const SEND_STEP = 65_536;

/**
 * The other end of a connection, on `node:net` of any runtime, with nothing of heddle's in it. The next step goes out when the write
 * of the last one calls back.
 */
export class RawClient {
  readonly #socket: net.Socket;
  /** The connection below TLS, or the same. */
  readonly #raw: net.Socket;
  /** What is between the two, on Deno. */
  readonly #between: DuplexAbove | null;
  readonly #chunks: Uint8Array[] = [];
  #toSend: Uint8Array[] = [];
  #sending = false;
  #ending = false;
  #pauseAt = Infinity;
  /** Bytes received. */
  received = 0;
  /** Bytes sent that the kernel has taken. */
  accepted = 0;
  /** The other end sent FIN. */
  ended = false;
  /** The connection is gone. */
  closed = false;
  /** The system's error code with which it went, such as `ECONNRESET`. */
  errorCode: string | null = null;

  private constructor(socket: net.Socket, raw: net.Socket = socket, between: DuplexAbove | null = null) {
    this.#socket = socket;
    this.#raw = raw;
    this.#between = between;
    socket.on("data", (chunk: Uint8Array) => {
      this.received += chunk.length;
      this.#chunks.push(chunk);
      if (this.received >= this.#pauseAt) this.pause();
    });
    socket.on("end", () => this.ended = true);
    socket.on("close", () => this.closed = true);
    socket.on("error", (error) => this.errorCode = "code" in error ? String(error.code) : error.message);
  }

  /** Connects; the client reads at once. */
  static connect(address: Address): Promise<RawClient> {
    return new Promise((resolve, reject) => {
      const socket = address.transport === "unix"
        ? net.connect({ path: address.path, allowHalfOpen: true })
        : net.connect({ host: address.hostname, port: address.port, allowHalfOpen: true, noDelay: true });
      socket.once("error", reject);
      socket.once("connect", () => {
        socket.off("error", reject);
        resolve(new RawClient(socket));
      });
    });
  }

  /** Connects over TLS, and takes any certificate; the client reads at once. */
  static connectTls(address: Address): Promise<RawClient> {
    return new Promise((resolve, reject) => {
      if (address.transport === "unix") throw new TypeError("connect over TLS: to TCP alone");
      const raw = net.connect({ host: address.hostname, port: address.port, allowHalfOpen: true, noDelay: true });
      raw.once("error", reject);
      raw.once("connect", () => {
        const between = runtimeName() === "deno" ? new DuplexAbove(raw) : null;
        const options = {
          socket: between ?? raw,
          servername: "localhost",
          ALPNProtocols: ["http/1.1"],
          rejectUnauthorized: false,
          allowHalfOpen: true,
        };
        const socket = tls.connect(options);
        socket.once("error", reject);
        socket.once("secureConnect", () => {
          raw.off("error", reject);
          socket.off("error", reject);
          resolve(new RawClient(socket, raw, between));
        });
      });
    });
  }

  /** Of its end of a TCP connection, while that is open; else 0. */
  get localPort(): number {
    return this.#raw.localPort ?? 0;
  }

  /** Everything received, a character a byte. */
  get text(): string {
    return Buffer.concat(this.#chunks).toString("latin1");
  }

  /** Everything received. */
  get bytes(): Uint8Array {
    return new Uint8Array(Buffer.concat(this.#chunks));
  }

  /** How many pieces arrived: packets that came together are one. */
  get pieces(): number {
    return this.#chunks.length;
  }

  /** Forgets what was received, but for its count. */
  forget(): void {
    this.#chunks.length = 0;
  }

  /** Sends bytes, in order; a string's characters are bytes. */
  send(data: Uint8Array | string): void {
    const bytes = typeof data === "string" ? Buffer.from(data, "latin1") : data;
    for (let start = 0; start < bytes.length; start += SEND_STEP) this.#toSend.push(bytes.subarray(start, start + SEND_STEP));
    this.#pump();
  }

  /** Takes nothing more than the buffers between hold. */
  pause(): void {
    this.#socket.pause();
    this.#between?.shut();
  }

  /** Reads so many bytes more, and the rest of the chunk that they end in, and pauses. */
  take(bytes: number): void {
    this.#pauseAt = this.received + bytes;
    this.#socket.resume();
    this.#between?.open();
  }

  /** Reads again. */
  resume(): void {
    this.#pauseAt = Infinity;
    this.#socket.resume();
    this.#between?.open();
  }

  /** Sends FIN after what waits; goes on reading. */
  end(): void {
    this.#ending = true;
    this.#pump();
  }

  /** Sends RST (on a Unix socket: closes with what is unread). */
  reset(): void {
    this.#toSend = [];
    if (this.#raw.remoteAddress === undefined) this.#socket.destroy();
    else this.#raw.resetAndDestroy();
  }

  /** Lets go of the connection, whatever its state. */
  destroy(): void {
    this.#toSend = [];
    this.#socket.destroy();
  }

  #pump(): void {
    if (this.#sending) return;
    const bytes = this.#toSend.shift();
    if (bytes === undefined) {
      if (this.#ending) this.#socket.end();
      return;
    }
    this.#sending = true;
    this.#socket.write(bytes, (error) => {
      this.#sending = false;
      if (error) return;
      this.accepted += bytes.length;
      this.#pump();
    });
  }
}
