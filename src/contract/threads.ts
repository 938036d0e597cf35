/** The port to threads: heddle's own modules, each run in a thread beside the event loop. */

/** The modules that run in threads of their own. */
export type ThreadModule = "watchdog";

/** A thread. It does not keep the process alive. */
export interface Thread {
  /** Ends it at once. */
  end(): void;
}

/**
 * Starts a thread; fulfils when it runs, and rejects where it cannot be started.
 *
 * @param data What its module gets: a structured clone, in which shared memory stays shared.
 * @param failed It has thrown, or ended, once it ran; once at most, and not after `end`.
 */
export type StartThread = (module: ThreadModule, data: unknown, failed: (error: unknown) => void) => Promise<Thread>;
