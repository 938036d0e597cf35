import type { BlockingCalls, CoreTask, Scheduler } from "../../contract/engine.ts";
import type { GuestWaits, StreamWait } from "./guest_waits.ts";

/** A program's waits in a thread of its own, which stands still meanwhile. */
export class StandingWaits implements GuestWaits {
  readonly #task: CoreTask;
  readonly #calls: BlockingCalls;
  readonly #scheduler: Pick<Scheduler, "switched">;
  #stopped: Error | null = null;

  constructor(task: CoreTask, calls: BlockingCalls, scheduler: Pick<Scheduler, "switched">) {
    this.#task = task;
    this.#calls = calls;
    this.#scheduler = scheduler;
  }

  giveWay(): void {
    this.#calls.suspend();
    this.#check();
  }

  sleep(ms: number): void {
    this.#calls.sleep(ms);
    this.#check();
  }

  streams({ input, output, timeoutMs }: StreamWait): void {
    const isSo = () => this.#stopped !== null || input?.ready === true || output?.ready === true;
    this.#calls.standStill(isSo, timeoutMs === 0 ? Infinity : timeoutMs);
    this.#scheduler.switched(this.#task, 1);
    this.#check();
  }

  stop(reason: Error): void {
    this.#stopped = reason;
  }

  #check(): void {
    if (this.#stopped !== null) throw this.#stopped;
  }
}
