/** What the faults' app counts. */
export interface AppCounts {
  /** Chunks that its streams were asked for. */
  readonly pulls: number;
  /** Handlers of `/abort` that were called. */
  readonly waits: number;
  /** Times that their signals were aborted. */
  readonly aborts: number;
  /** Bytes of its heap that are in use, and of what hangs on it outside. */
  readonly heldBytes: number;
}
