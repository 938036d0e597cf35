import type { TlsInfo } from "../contract/socket.ts";
import type { BunOwner, BunSocketHandler, BunTcpSocket, BunTlsSocket } from "./bun_types.ts";

/** A socket of Bun's, of which somebody hears. */
export type BunNative = BunTcpSocket<BunOwner | undefined>;

/** What Bun calls. */
export type BunHandler = BunSocketHandler<BunOwner | undefined>;

/** What Bun calls; a listener's sockets share one. Nothing may be thrown from it: a throw would come to `error`, where TLS's own errors come. */
export function createHandler(open: (native: BunNative) => void): BunHandler {
  return {
    // A Buffer costs the same, and its slice() would share its memory.
    binaryType: "uint8array",
    open: (native) => guard(native, open, undefined),
    handshake: (native, success) => guard(native, shaken, success),
    data: (native, chunk) => guard(native, received, chunk),
    drain: (native) => guard(native, writable, undefined),
    end: (native) => guard(native, readEnded, undefined),
    close: (native, error) => guard(native, closed, error),
    error: (native, error) => native.data?.broken(error),
  };
}

/** A throw is a bug in a socket's handler, or in who accepts it; where there is no socket yet, nobody else would close this one. */
function guard<A>(native: BunNative, call: (native: BunNative, argument: A) => void, argument: A): void {
  try {
    call(native, argument);
  } catch (error) {
    if (native.data !== undefined) return native.data.blame(error);
    native.terminate();
    setImmediate(() => {
      throw error;
    });
  }
}

/** The error beside a success is that the client has no certificate. */
const shaken = (native: BunNative, success: boolean) => native.data?.shaken(success ? infoOf(native) : null);
const received = (native: BunNative, chunk: Uint8Array) => native.data?.received(chunk);
const writable = (native: BunNative) => native.data?.writable();
const readEnded = (native: BunNative) => native.data?.readEnded();
const closed = (native: BunNative, error: Error | undefined) => native.data?.closed(error);

function infoOf(native: BunNative): TlsInfo {
  const { alpnProtocol, getServername } = native as BunTlsSocket<BunOwner | undefined>;
  return { protocol: alpnProtocol || null, serverName: getServername.call(native) || null };
}
