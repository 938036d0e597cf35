import type { FilePart } from "../contract/files.ts";
import type { Address, Socket } from "../contract/socket.ts";
import type { ActiveRequest } from "./active_request.ts";
import type { ConnectionState } from "./state.ts";

/**
 * What brought a request and takes its answer: a connection of our own (`Connection`), or one exchange of a loop engine (`LoopRequest`). The
 * request and its answer know no more of the network than this.
 */
export interface Carrier {
  readonly scheme: "http" | "https";
  readonly local: Address;
  readonly remote: Address;
  readonly state: ConnectionState;
  /** What is unsent of it counts for `--write-buffer`. */
  readonly socket: Pick<Socket, "unsent">;
  /** Nobody looks at bytes that were sent once they are no part of what is unsent: they may be written over. */
  readonly returnsBytes: boolean;
  /** More is unsent than may be: writers wait for `Answer.drain`. */
  readonly congested: boolean;
  /** Field lines and bytes of the last head that was sent. */
  readonly sentFields: number;
  readonly sentHeadBytes: number;
  /** Bytes of the body in the last `sendData`, without their framing: none if the answer has no body. */
  readonly sentDataBytes: number;
  /**
   * Sends a whole answer.
   *
   * @returns Bytes of its body that are sent.
   * @throws {TypeError} A status, field or length is not valid in HTTP; nothing was sent, and another answer may be.
   */
  sendWhole(status: number, statusText: string, fields: Iterable<readonly [string, string]>, body: string | Uint8Array | null): number;
  /**
   * Sends a whole answer whose body is a part of a file, where the runtime sends files by itself; left out where none does.
   *
   * @returns False if it is to be written all the same: nothing was sent, and the file was not touched. Else the file is closed by and by.
   * @throws {TypeError} As `sendWhole`; the file is closed.
   */
  sendFile?(status: number, statusText: string, fields: Iterable<readonly [string, string]>, part: FilePart): boolean;
  /** What is sent in pieces loses its length on the way: a small part of a file is sent whole. @default false */
  readonly losesLength?: boolean;
  /**
   * Sends the head of an answer whose body follows.
   *
   * @throws {TypeError} As `sendWhole`.
   */
  sendHead(status: number, statusText: string, fields: Iterable<readonly [string, string]>): void;
  /**
   * Sends a piece of the body; a string leaves as UTF-8.
   *
   * @throws {TypeError} It goes past the answer's length.
   */
  sendData(chunk: string | Uint8Array): void;
  /**
   * Ends the answer.
   *
   * @throws {TypeError} The body is short of its length.
   */
  sendEnd(): void;
  /** Holds back what is sent until `uncork`, so that it leaves in one write. Does not nest. */
  cork(): void;
  uncork(): void;
  /** Nobody reads the rest of the request's body any more. */
  forgoBody(): void;
  /** Nothing else may follow the answer under way. */
  closeAfter(): void;
  /** Bytes are unsent past the mark: the client must take some. */
  watchWrites(): void;
  /** Calls back once the client has taken all that is unsent, or has gone. */
  whenTaken(callback: () => void): void;
  /** Ends it at once: an answer that has begun cannot be completed. */
  abort(): void;
  /** The answer is complete, or nobody is there to take it. */
  answered(request: ActiveRequest): void;
  /** The app has said how long the body of its request may be. */
  limited(request: ActiveRequest): void;
}

/** What stands for the host where a client names none (HTTP/1.0): the address that it came to. */
export function authorityOf(local: Address): string {
  if (local.transport === "unix") return "localhost";
  return local.hostname.includes(":") ? `[${local.hostname}]:${local.port}` : `${local.hostname}:${local.port}`;
}
