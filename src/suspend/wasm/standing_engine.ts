import type { App } from "../../contract/app.ts";
import type { Clock } from "../../contract/clock.ts";
import type { BlockingCalls, CoreContext, Scheduler, SuspendEngine } from "../../contract/engine.ts";
import { enterCore } from "../../core/current.ts";
import { Guest } from "./guest.ts";
import { StandingSource } from "./input_source.ts";
import { endProgram, failProgram, instantiate, refuse } from "./program_run.ts";
import type { ProgramStart } from "./program_start.ts";
import { StandingWaits } from "./standing_waits.ts";

/**
 * The engine of WebAssembly programs in threads: where a program waits its thread stands still. It needs no JSPI, and what computes without an end holds up no
 * other one.
 */
export function createStandingWasmEngine(scheduler: Scheduler, clock: Clock): SuspendEngine {
  return new StandingWasmEngine(scheduler, clock);
}

class StandingWasmEngine implements SuspendEngine {
  readonly name = "wasm";
  readonly #scheduler: Scheduler;
  readonly #clock: Clock;

  constructor(scheduler: Scheduler, clock: Clock) {
    this.#scheduler = scheduler;
    this.#clock = clock;
  }

  accepts(app: App): boolean {
    return app.kind === "wasm";
  }

  /** To the program's end. */
  start(request: CoreContext): void {
    enterCore(request.task, this.#run, request);
  }

  readonly #run = (request: CoreContext): void => {
    const { app, task, yieldEnv } = request;
    if (app.kind !== "wasm" || task.blocking === undefined) throw new TypeError("run a program in a thread: this is none");
    if (refuse(request)) return;
    const input = new StandingSource(task.blocking);
    let start: ProgramStart | null = { request, program: app.program, env: yieldEnv, input, redirects: 0 };
    while (start !== null) start = this.#runOne(start, task.blocking);
  };

  #runOne(start: ProgramStart, calls: BlockingCalls): ProgramStart | null {
    const { request: { task, reply }, program } = start;
    const guest = new Guest(start, new StandingWaits(task, calls, this.#scheduler), this.#clock);
    reply.onGone = (reason) => guest.stop(reason);
    try {
      instantiate(guest, program, (call) => call)();
    } catch (error) {
      return failProgram(start, guest, error);
    }
    return endProgram(start, guest);
  }

  resume(): void {}

  register(): void {
    throw noTask();
  }

  giveWay(): Promise<void> {
    throw noTask();
  }

  suspend(): Promise<never> {
    throw noTask();
  }

  sleep(): Promise<void> {
    throw noTask();
  }

  kill(): void {}
}

/** Its program has no JavaScript that could ask for it. */
function noTask(): Error {
  return new Error("suspend a program in a thread: it stands still where it waits");
}
