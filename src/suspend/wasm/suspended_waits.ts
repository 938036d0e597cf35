import type { CoreTask, Scheduler } from "../../contract/engine.ts";
import { Waits } from "../waits.ts";
import type { GuestWaits, StreamWait } from "./guest_waits.ts";

/** A program's waits by promises, at which JSPI suspends it. */
export class SuspendedWaits implements GuestWaits {
  readonly waits: Waits;
  readonly #task: CoreTask;
  readonly #scheduler: Scheduler;

  constructor(task: CoreTask, scheduler: Scheduler) {
    this.waits = new Waits(task, scheduler);
    this.#task = task;
    this.#scheduler = scheduler;
  }

  giveWay(): Promise<void> {
    return this.waits.giveWay();
  }

  sleep(ms: number): Promise<void> {
    return this.waits.sleep(ms);
  }

  streams({ input, output, timeoutMs }: StreamWait): Promise<unknown> {
    const { waits } = this;
    if (input !== null) waits.register({ side: "read", target: input, timeoutMs });
    if (output !== null) waits.register({ side: "write", target: output, timeoutMs });
    const woken = waits.suspend();
    if (input === null) this.#scheduler.sending(this.#task);
    return woken;
  }

  stop(reason: Error): void {
    this.waits.reject(reason);
  }
}
