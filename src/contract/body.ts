/** The port between a request's body and whoever reads it. */

/** A request's body, pulled. One reader; no second read before the first one settled. */
export interface BodySource {
  /** From Content-Length; null while it is chunked. */
  readonly length: number | null;
  /**
   * Takes the next chunk, which is the caller's own with the buffer that it lies in, so that it may be transferred; null at the end. The first call
   * sends `100 Continue` where the client waits for it. Gives a plain value where the bytes are in already, so that a small body costs no promise.
   *
   * @param keeps The caller keeps every chunk until the end: no use in a short one that would spare the collector a long one.
   * @throws {ProtocolError} (as a rejection too) The body broke the framing or a limit.
   * @throws {BrokenError} (as a rejection too) The client went before the body's end.
   */
  read(keeps?: boolean): Uint8Array | null | Promise<Uint8Array | null>;
  /**
   * Takes all of the body, if all of it is in, in one piece, and none was read: bytes that are borrowed, and valid until the caller gives way. Else
   * null, and nothing has changed.
   */
  takeWhole(): Uint8Array | null;
  /** Nobody wants the rest: it is not read, and the connection ends with the answer. */
  cancel(): void;
}
