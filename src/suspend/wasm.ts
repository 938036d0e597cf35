import type { App, WasmProgram } from "../contract/app.ts";
import type { Clock } from "../contract/clock.ts";
import type { CoreContext, CoreTask, Scheduler, SuspendEngine } from "../contract/engine.ts";
import type { RegisteredWait, Woken } from "../contract/waiting.ts";
import { enterCore } from "../core/current.ts";
import { type HarakiriError, OverloadError } from "../errors.ts";
import type { CgiInput } from "../gateway/cgi_env.ts";
import type { SuspendingImport } from "./wasm/calls.ts";
import { Guest } from "./wasm/guest.ts";
import { PromisedSource } from "./wasm/input_source.ts";
import { type Jspi, requireJspi } from "./wasm/jspi.ts";
import { MOST_INSTANCES } from "./wasm/most_instances.ts";
import { endProgram, failProgram, instantiate, refuse } from "./wasm/program_run.ts";
import type { ProgramStart } from "./wasm/program_start.ts";
import { SuspendedWaits } from "./wasm/suspended_waits.ts";
import type { Waits } from "./waits.ts";

/** A program that JSPI suspends. */
type SuspendedGuest = Guest<SuspendedWaits>;

/**
 * The engine of WebAssembly programs, after uWSGI's uGreen, which switches C stacks: each request runs an instance of its own, whose whole stack JSPI
 * suspends where it sleeps, gives way (`sched_yield`), or waits for its body or for its client.
 *
 * @param scheduler Where the requests wait.
 * @param clock What the programs' clocks tell.
 * @throws {UnsupportedError} This runtime has no JSPI.
 */
export function createWasmEngine(scheduler: Scheduler, clock: Clock): SuspendEngine {
  return new WasmEngine(scheduler, clock, requireJspi());
}

class WasmEngine implements SuspendEngine {
  readonly name = "wasm";
  readonly #scheduler: Scheduler;
  readonly #clock: Clock;
  readonly #jspi: Jspi;
  readonly #suspending: SuspendingImport;
  #running = 0;

  constructor(scheduler: Scheduler, clock: Clock, jspi: Jspi) {
    this.#scheduler = scheduler;
    this.#clock = clock;
    this.#jspi = jspi;
    this.#suspending = (call) => new jspi.Suspending(call) as WebAssembly.ImportValue;
  }

  accepts(app: App): boolean {
    return app.kind === "wasm";
  }

  start(request: CoreContext): void {
    enterCore(request.task, this.#start, request);
  }

  resume(task: CoreTask): void {
    guestOf(task)?.waits.waits.fulfil();
  }

  register(task: CoreTask, wait: RegisteredWait): void {
    this.#waits(task).register(wait);
  }

  giveWay(task: CoreTask): Promise<void> {
    return this.#waits(task).giveWay();
  }

  suspend(task: CoreTask): Promise<Woken> {
    return this.#waits(task).suspend();
  }

  sleep(task: CoreTask, ms: number): Promise<void> {
    return this.#waits(task).sleep(ms);
  }

  kill(task: CoreTask, reason: HarakiriError): void {
    guestOf(task)?.stop(reason);
  }

  #waits(task: CoreTask): Waits {
    const guest = guestOf(task);
    if (guest === null) throw new Error("suspend a program: it does not run");
    return guest.waits.waits;
  }

  readonly #start = (request: CoreContext): void => {
    const { app, reply, yieldEnv } = request;
    if (app.kind !== "wasm") throw new TypeError(`run a program: this is a ${app.kind} app`);
    if (refuse(request)) return;
    if (this.#running >= MOST_INSTANCES) {
      reply.fail(new OverloadError(`run a program: ${MOST_INSTANCES} of them run already; lower --async`), 503);
      return;
    }
    const input = new PromisedSource(yieldEnv["wsgi.input"] as CgiInput);
    this.#begin({ request, program: app.program, env: yieldEnv, input, redirects: 0 });
  };

  #begin(start: ProgramStart): void {
    const { request: { reply, task }, program } = start;
    const guest = new Guest(start, new SuspendedWaits(task, this.#scheduler), this.#clock);
    task.kept = guest;
    reply.onGone = (reason) => guest.stop(reason);
    this.#running++;
    this.#run(guest, program).then(
      () => {
        this.#over(task);
        this.#next(endProgram(start, guest));
      },
      (error: unknown) => {
        this.#over(task);
        this.#next(failProgram(start, guest, error));
      },
    );
  }

  #next(start: ProgramStart | null): void {
    if (start !== null) this.#begin(start);
  }

  /** Up to its first suspend at once. */
  async #run(guest: SuspendedGuest, program: WasmProgram): Promise<void> {
    await this.#jspi.promising(instantiate(guest, program, this.#suspending))();
  }

  /** The task may be kept for long: it lets go of the program's memory. */
  #over(task: CoreTask): void {
    this.#running--;
    task.kept = null;
  }
}

function guestOf(task: CoreTask): SuspendedGuest | null {
  return task.kept as SuspendedGuest | null;
}
