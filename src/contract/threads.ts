/** The port to threads: heddle's own modules, each run in a thread beside the event loop. */

/** The modules that run in threads of their own. */
export type ThreadModule = "watchdog";

/** A thread. It does not keep the process alive. */
export interface Thread {
  /** Ends it at once. */
  end(): void;
}

/**
 * Starts a thread.
 *
 * @param data What its module gets: a structured clone, in which shared memory stays shared.
 * @param failed It could not be started, or has thrown; once at most, and not after `end`.
 */
export type StartThread = (module: ThreadModule, data: unknown, failed: (error: unknown) => void) => Promise<Thread>;
