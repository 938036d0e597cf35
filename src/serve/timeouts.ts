/** How long a connection may make no progress, in milliseconds. None ends a handler that has not answered yet: that is harakiri's. */
export interface Timeouts {
  /** For a TLS handshake. */
  readonly handshakeMs: number;
  /** From the accept to the first byte: with TLS, after the handshake. */
  readonly firstByteMs: number;
  /** From a head's first byte to its last; trickling does not extend it. 408. */
  readonly headMs: number;
  /** Between two pieces of a body, while we read. 408. */
  readonly bodyIdleMs: number;
  /** Bytes a second that a body must come at, over all of the time in which we read; 0: any. 408. */
  readonly bodyRate: number;
  /** Before that time counts. */
  readonly bodyRateGraceMs: number;
  /** Between two requests. */
  readonly keepAliveMs: number;
  /** Bytes are pending and the client takes none. The connection is reset. */
  readonly writeStallMs: number;
  /**
   * How long an idle connection is left open during a stop: a request that its client sent before it learned of the stop is answered, with
   * `Connection: close`.
   */
  readonly idleGraceMs: number;
  /** After our FIN: without a byte, and in all. */
  readonly lingerIdleMs: number;
  readonly lingerMs: number;
}

/**
 * A body must come at 240 bytes a second after 5 s, as Apache's and Kestrel's must. A client that connects and says nothing has 30 s: a browser
 * that opens a connection ahead of time opens another one.
 *
 * 500 ms of grace are well above a round trip, and well below what whoever waits for a stop would notice.
 *
 * nginx waits 60 s for a head; 10 s from its first byte are plenty. 75 s of keep-alive are longer than load balancers' usual 60 s: a
 * shorter one makes 502s there.
 */
export const DEFAULT_TIMEOUTS: Timeouts = {
  handshakeMs: 10_000,
  firstByteMs: 30_000,
  headMs: 10_000,
  bodyIdleMs: 30_000,
  bodyRate: 240,
  bodyRateGraceMs: 5_000,
  keepAliveMs: 75_000,
  writeStallMs: 30_000,
  idleGraceMs: 500,
  lingerIdleMs: 2_000,
  lingerMs: 10_000,
};
