import type { Watcher } from "../../src/contract/waiting.ts";

/** Who waits for a target, and keeps what it was told: "ready", or the error. */
export class WatchLog implements Watcher {
  readonly told: unknown[] = [];

  ready(): void {
    this.told.push("ready");
  }

  failed(error: unknown): void {
    this.told.push(error);
  }
}
