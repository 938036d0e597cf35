/** The port to threads that run apps: the worker engine takes them from outside, as the core does clock and sockets, so that it is tested without any. */

/** Where threads come from. */
export interface Threads {
  /** Processors that this process may use; at least 1. */
  readonly processors: number;
  /**
   * Starts a thread.
   *
   * @param data What it begins with; is cloned, but for a SharedArrayBuffer, which is shared.
   * @param events Who hears of it.
   */
  start(data: object, events: ThreadEvents): AppThread;
}

/** Which `Request` and `Response` an app finds in its thread's `globalThis`, as `--globals` names them. */
export type ThreadGlobals = "light" | "native";

/** What comes of a thread. */
export interface ThreadEvents {
  /** A message of the thread's; in the order in which they were posted. */
  message(message: unknown): void;
  /**
   * It has ended, by whatever it was; called once, and nothing comes after it.
   *
   * @param error What it died of; null where it ended by itself, or was ended.
   */
  ended(error: unknown): void;
}

/** A thread, seen from outside. */
export interface AppThread {
  /**
   * Posts a message, which the thread gets once its own loop looks for it; one that has ended gets none.
   *
   * @param transfer Buffers that go over without a copy; they are empty here from now on.
   * @returns Which one it is, from 1.
   */
  post(message: object, transfer: readonly ArrayBuffer[]): number;
  /** How many messages it has taken so far; also once it has ended. */
  readonly taken: number;
  /** Ends it, whatever it is at; fulfils when it is gone. */
  terminate(): Promise<void>;
}

/** A thread's own end. */
export interface ThreadPort {
  /** Posts a message to whoever started the thread. @param transfer As of `Thread.post`. */
  post(message: object, transfer: readonly ArrayBuffer[]): void;
  /** Hears of each message. Set it at once: they wait for nobody. */
  listen(heard: (message: unknown) => void): void;
  /**
   * Takes a message without a turn of the loop, for who stands still. Where none has come, stands still until one may have.
   *
   * @param timeoutMs How long; Infinity for any time.
   * @returns The message, which `listen` does not tell of; undefined if there is none yet.
   */
  waitForMessage(timeoutMs: number): unknown;
}
