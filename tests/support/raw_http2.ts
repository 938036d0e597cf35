import net from "node:net";
import tls from "node:tls";

/** What a client of HTTP/2 sends first. */
export const PREFACE: Uint8Array = Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "latin1");

/** Frame types (RFC 9113 section 6). */
export const FRAME = { headers: 1, resetStream: 3, settings: 4, goAway: 7, continuation: 9 } as const;

/** A head of `GET /` or `POST /` on the host `a`: of the static table, and one literal (RFC 7541). */
export function headOf(method: "GET" | "POST", secure: boolean): Uint8Array {
  return Uint8Array.of(method === "GET" ? 0x82 : 0x83, secure ? 0x87 : 0x86, 0x84, 0x41, 0x01, 0x61);
}

/** One frame. */
export function frame(type: number, flags: number, stream: number, payload: Uint8Array): Uint8Array {
  const bytes = Buffer.alloc(9 + payload.length);
  bytes.writeUIntBE(payload.length, 0, 3);
  bytes[3] = type;
  bytes[4] = flags;
  bytes.writeUInt32BE(stream, 5);
  bytes.set(payload, 9);
  return bytes;
}

/** A client that sends what frames it likes. */
export class RawHttp2 {
  readonly #socket: net.Socket;
  /** The connection is gone. */
  closed = false;

  private constructor(socket: net.Socket) {
    this.#socket = socket;
    socket.on("error", () => {});
    socket.on("close", () => this.closed = true);
    socket.on("end", () => socket.destroy());
    socket.resume();
  }

  /** Connects, and says that it speaks HTTP/2. */
  static connect(port: number, secure: boolean): Promise<RawHttp2> {
    return new Promise((resolve, reject) => {
      const address = { host: "127.0.0.1", port };
      const socket = secure
        ? tls.connect({ ...address, servername: "localhost", ALPNProtocols: ["h2"], rejectUnauthorized: false })
        : net.connect(address);
      socket.once(secure ? "secureConnect" : "connect", () => {
        socket.off("error", reject);
        const client = new RawHttp2(socket);
        client.send(PREFACE, frame(FRAME.settings, 0, 0, new Uint8Array()));
        resolve(client);
      });
      socket.once("error", reject);
    });
  }

  send(...frames: readonly Uint8Array[]): void {
    if (!this.closed) this.#socket.write(Buffer.concat(frames));
  }

  destroy(): void {
    this.#socket.destroy();
  }
}
