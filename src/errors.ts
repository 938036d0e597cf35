/**
 * The closed set of heddle's own errors. The class says whose fault it is, `code` is stable, the text is not.
 * Misuse of the API is a plain `TypeError` or `RangeError`; any other error is a bug.
 */

/** What every error of heddle's own has: a stable `code`, and the `cause` where another error led to it. */
export abstract class HeddleError extends Error {
  /** Stable across versions: `HEDDLE_PROTOCOL`, `HEDDLE_CLOSED`, and so on, one a class. */
  abstract readonly code: string;
}

/** The peer broke the protocol or passed a limit; the request is answered with `status` and its connection closed. */
export class ProtocolError extends HeddleError {
  override readonly name = "ProtocolError";
  readonly code = "HEDDLE_PROTOCOL";
  /** The HTTP status of the answer: 4xx, 501 or 505. */
  readonly status: number;

  /**
   * @param status The HTTP status of the answer: 4xx, 501 or 505.
   * @param message What stood in the way; safe to send, so nothing of the request is in it.
   */
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** We closed the socket, listener or server, and something was still asked of it. */
export class ClosedError extends HeddleError {
  override readonly name = "ClosedError";
  readonly code = "HEDDLE_CLOSED";
}

/** The peer or the network broke the connection: a reset, an early end, no progress within a timeout. */
export class BrokenError extends HeddleError {
  override readonly name = "BrokenError";
  readonly code = "HEDDLE_BROKEN";
}

/** A bound was reached: no core, no place in the queue, too many connections. */
export class OverloadError extends HeddleError {
  override readonly name = "OverloadError";
  readonly code = "HEDDLE_OVERLOAD";
}

/** A request was ended past its deadline (uWSGI `--harakiri`). */
export class HarakiriError extends HeddleError {
  override readonly name = "HarakiriError";
  readonly code = "HEDDLE_HARAKIRI";
}

/** An option or an app module is wrong; the message names it and the fix. */
export class ConfigError extends HeddleError {
  override readonly name = "ConfigError";
  readonly code = "HEDDLE_CONFIG";
  /** The option as the user wrote it, `--async` or `async`; null where it is the app module. */
  readonly option: string | null;

  /**
   * @param option The option as the user wrote it, or null.
   * @param message What is wrong, and the fix.
   * @param cause The error behind it, where there is one.
   */
  constructor(option: string | null, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.option = option;
  }
}

/** This runtime cannot do it; the message names the runtime and the way out. `docs/runtimes.md` has a row for each. */
export class UnsupportedError extends HeddleError {
  override readonly name = "UnsupportedError";
  readonly code = "HEDDLE_UNSUPPORTED";
  /** Such as `Node 20.20.2`. */
  readonly runtime: string;

  /**
   * @param runtime The runtime and its version.
   * @param message What cannot be done there, and the way out.
   */
  constructor(runtime: string, message: string) {
    super(message);
    this.runtime = runtime;
  }
}
