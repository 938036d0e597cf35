/** The port to where text goes: standard output, standard error, a file. */

/** Takes text. */
export interface TextSink {
  /**
   * Writes all of it, without blocking. No second write before the first one settled.
   *
   * @throws {Error} (as a rejection) The other end is gone; nothing more can be written.
   */
  write(text: string): Promise<void>;
}
