import http from "node:http";
import type { Socket } from "node:net";
import { takeOver } from "../io/node_take_over.ts";

/** What a client of HTTP/2 sends first (RFC 9113 section 3.4). */
const PREFACE = new TextEncoder().encode("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");

/** What Node's parser says of all of that, in however many pieces it came (llhttp; Node 20 to 24). */
const PREFACE_CODE = "HPE_PAUSED_H2_UPGRADE";

/** Of `clientError`. */
interface ParserError extends Error {
  readonly code?: string;
  /** Of `rawPacket`, up to the error. */
  readonly bytesParsed?: number;
  readonly rawPacket?: Uint8Array;
}

/**
 * A server of HTTP/1.1 that gives a connection away which begins with HTTP/2's preface ("prior knowledge"). To know that it looks at nothing: Node's parser
 * knows the preface, so that other connections cost no more than before, and what is a part of it, or nearly it, is answered as any other head that is late
 * or wrong.
 */
export class PrefaceServer extends http.Server {
  readonly #handOver: (socket: Socket) => void;

  /** @param handOver Takes the connection; what it gives first is the preface. */
  constructor(options: http.ServerOptions, handOver: (socket: Socket) => void) {
    super(options);
    this.#handOver = handOver;
  }

  /** No listener of `clientError`: where there is one, Node leaves the answer to it, and it has one a code. */
  override emit(event: string, ...given: unknown[]): boolean {
    return event === "clientError" && this.#takes(given[0] as ParserError, given[1] as Socket) || super.emit(event, ...given);
  }

  #takes({ code, bytesParsed = 0, rawPacket }: ParserError, socket: Socket): boolean {
    if (code !== PREFACE_CODE || rawPacket === undefined) return false;
    // Behind a request it is none: that is another protocol's connection.
    if (socket.bytesRead - (rawPacket.length - bytesParsed) !== PREFACE.length) return false;
    // The parser takes another target than `*`, too; where the preface comes in pieces, `/` for it goes through, and does no harm.
    if (bytesParsed === PREFACE.length && PREFACE.some((byte, index) => byte !== rawPacket[index])) return false;
    const rest = rawPacket.slice(bytesParsed);
    // The parser has the bytes from below the stream, until somebody listens to that (Node 20 to 24).
    socket.on("data", () => {});
    const taken = takeOver(socket);
    if (taken === null) return false;
    taken.pause();
    if (rest.length > 0) taken.unshift(rest);
    taken.unshift(PREFACE);
    this.#handOver(taken);
    return true;
  }
}
