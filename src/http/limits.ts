/** What one connection may ask of the parser. Each is an option of its own. */
export interface HttpLimits {
  /** Bytes of a request's target (414). */
  readonly targetBytes: number;
  /** Bytes of one field line, name to value (431). */
  readonly fieldBytes: number;
  /** Bytes of a whole head, its empty line included; of a trailer section too (431). */
  readonly headBytes: number;
  /** Field lines of a head; of a trailer section too (431). */
  readonly fields: number;
  /** Bytes of a body, unless `Exchange.bodyLimit` says otherwise for one request (413). */
  readonly bodyBytes: number;
  /** Bytes of an unread body that are read and thrown away to keep the connection; past that it is closed. */
  readonly discardBytes: number;
}

/**
 * Between what peers take: nginx 8 KiB, Node 16 KiB and Deno.serve 64 KiB of head. 64 KiB to discard is what `BodySource.cancel` may cost a
 * connection: a new one costs about as much as reading that.
 */
export const DEFAULT_LIMITS: HttpLimits = {
  targetBytes: 8192,
  fieldBytes: 8192,
  headBytes: 16_384,
  fields: 100,
  bodyBytes: 1_048_576,
  discardBytes: 65_536,
};
