/** What the faults' app counts. */
export interface AppCounts {
  /** Chunks that its streams were asked for. */
  readonly pulls: number;
  /** Handlers of `/abort` that were called. */
  readonly waits: number;
  /** Times that their signals were aborted. */
  readonly aborts: number;
}
