/** The port to where text goes: standard output, standard error, a file. */

/** Takes text. */
export interface TextSink {
  /**
   * Writes all of it, without blocking. No second write before the first one settled.
   *
   * @throws {Error} (as a rejection) A part of it may have been written. Its `code` is the system's: after `EPIPE` the reader is gone for good;
   * anything else may pass, as a full disk (`ENOSPC`) does.
   */
  write(text: string): Promise<void>;
}
