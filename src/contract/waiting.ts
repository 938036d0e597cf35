/**
 * What a core may wait for: the port that `waitRead` and `waitWrite` stand on. A socket's stream, an adopted descriptor and a peeked Web stream
 * fill it; so may an app's own object. Waiting takes nothing away: it tells that the next `read` or `write` need not wait.
 *
 * Rules for a target:
 * - Of `ready` and `failed` it calls one, once at most for each watch; then the watcher is forgotten. It may do so from within the watch.
 * - Any number of watchers may watch it at once; all are told, in the order in which they came.
 * - A watcher never throws. A target that throws when it is watched has failed; what it throws in `unwatch` is an uncaught exception.
 */

/** Who waits for a target. */
export interface Watcher {
  /** A read, or a write, would not wait: bytes or the end are there, or there is room. */
  ready(): void;
  /** The target is broken or closed: a read, or a write, would throw this. */
  failed(error: unknown): void;
}

/** What can be waited for until it may be read. */
export interface ReadTarget {
  /** Tells the watcher when a read need not wait; at once, if that is so already. */
  watchRead(watcher: Watcher): void;
  /** Forgets a watcher; one that it does not know is no error. */
  unwatch(watcher: Watcher): void;
}

/** What can be waited for until it may be written. */
export interface WriteTarget {
  /** Tells the watcher when a write need not wait; at once, if that is so already. */
  watchWrite(watcher: Watcher): void;
  /** Forgets a watcher; one that it does not know is no error. */
  unwatch(watcher: Watcher): void;
}

/** How long something may take. */
export interface TimeLimit {
  /**
   * Milliseconds, 0 to 2,147,483,647; 0 is no limit, as in uWSGI.
   *
   * @default 0
   */
  readonly timeoutMs?: number;
}

/** Why `suspend()` came back. */
export interface Woken {
  /**
   * - `resumed`: nothing had been registered; it was this core's turn again.
   * - `ready`: the target need not be waited for.
   * - `timedOut`: the time of `target` was over before any of those registered was ready.
   * - `failed`: the target is broken or closed; its next read or write throws `error`.
   */
  readonly outcome: "resumed" | "ready" | "timedOut" | "failed";
  /** Which of those registered it was; null if none was. */
  readonly target: ReadTarget | WriteTarget | null;
  /** What it was registered for; null where `target` is. */
  readonly side: WaitSide | null;
  /** Undefined but for `failed`. */
  readonly error: unknown;
}

/** What is waited for. */
export type WaitSide = "read" | "write";

/** A wait that a request has registered, and has not suspended on yet. */
export type RegisteredWait = RegisteredRead | RegisteredWrite;

/** By `waitRead`. */
export interface RegisteredRead {
  readonly side: "read";
  readonly target: ReadTarget;
  readonly timeoutMs: number;
}

/** By `waitWrite`. */
export interface RegisteredWrite {
  readonly side: "write";
  readonly target: WriteTarget;
  readonly timeoutMs: number;
}
