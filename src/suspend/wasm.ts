import type { App, WasmProgram } from "../contract/app.ts";
import type { Clock } from "../contract/clock.ts";
import type { CoreContext, CoreTask, Scheduler, SuspendEngine } from "../contract/engine.ts";
import type { RegisteredWait, Woken } from "../contract/waiting.ts";
import { enterCore } from "../core/current.ts";
import { type HarakiriError, OverloadError } from "../errors.ts";
import { TEXT_FIELDS } from "../http/common_fields.ts";
import type { WasiCall } from "../app/wasi_calls.ts";
import { importedCalls, importsOf } from "./wasm/calls.ts";
import { Guest } from "./wasm/guest.ts";
import { holdsNul } from "./wasm/guest_environment.ts";
import { type Jspi, requireJspi, type WasmFunction } from "./wasm/jspi.ts";
import { MOST_INSTANCES } from "./wasm/most_instances.ts";
import { failureOf, ProgramExit } from "./wasm/program_error.ts";

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
  /** By module. */
  readonly #calls = new WeakMap<WebAssembly.Module, readonly WasiCall[]>();
  #running = 0;

  constructor(scheduler: Scheduler, clock: Clock, jspi: Jspi) {
    this.#scheduler = scheduler;
    this.#clock = clock;
    this.#jspi = jspi;
  }

  accepts(app: App): boolean {
    return app.kind === "wasm";
  }

  start(request: CoreContext): void {
    enterCore(request.task, this.#start, request);
  }

  resume(task: CoreTask): void {
    guestOf(task)?.waits.fulfil();
  }

  register(task: CoreTask, wait: RegisteredWait): void {
    this.#guest(task).waits.register(wait);
  }

  giveWay(task: CoreTask): Promise<void> {
    return this.#guest(task).waits.giveWay();
  }

  suspend(task: CoreTask): Promise<Woken> {
    return this.#guest(task).waits.suspend();
  }

  sleep(task: CoreTask, ms: number): Promise<void> {
    return this.#guest(task).waits.sleep(ms);
  }

  kill(task: CoreTask, reason: HarakiriError): void {
    guestOf(task)?.stop(reason);
  }

  #guest(task: CoreTask): Guest {
    const guest = guestOf(task);
    if (guest === null) throw new Error("suspend a program: it does not run");
    return guest;
  }

  readonly #start = (request: CoreContext): void => {
    const { app, reply, yieldEnv, task } = request;
    if (app.kind !== "wasm") throw new TypeError(`run a program: this is a ${app.kind} app`);
    if (holdsNul(yieldEnv)) {
      reply.start(400, "", TEXT_FIELDS);
      reply.write("a NUL in a path\n", true);
      reply.end();
    } else if (this.#running >= MOST_INSTANCES) {
      reply.fail(new OverloadError(`run a program: ${MOST_INSTANCES} of them run already; lower --async`), 503);
    } else {
      const guest = new Guest(request, app.program, this.#scheduler, this.#clock);
      task.kept = guest;
      reply.onGone = (reason) => guest.stop(reason);
      this.#running++;
      this.#run(guest, app.program).then(
        () => this.#end(request, guest),
        (error: unknown) => this.#fail(request, guest, app.program, error),
      );
    }
  };

  /** Up to its first suspend at once. */
  async #run(guest: Guest, { module }: WasmProgram): Promise<void> {
    let names = this.#calls.get(module);
    if (names === undefined) this.#calls.set(module, names = importedCalls(module));
    const { exports } = new WebAssembly.Instance(module, importsOf(guest, names, this.#jspi));
    guest.memory.memory = exports.memory as WebAssembly.Memory;
    await this.#jspi.promising(exports._start as WasmFunction)();
  }

  #end({ reply, task }: CoreContext, guest: Guest): void {
    this.#over(task, guest);
    try {
      guest.output.end();
    } catch (error) {
      reply.fail(error, 502);
    }
  }

  #fail(request: CoreContext, guest: Guest, program: WasmProgram, error: unknown): void {
    if (error instanceof ProgramExit && error.code === 0) return this.#end(request, guest);
    this.#over(request.task, guest);
    request.reply.fail(failureOf(error, program.name), 502);
  }

  /** The task may be kept for long: it lets go of the program's memory. */
  #over(task: CoreTask, guest: Guest): void {
    this.#running--;
    task.kept = null;
    guest.log.end();
    guest.files.closeAll();
  }
}

function guestOf(task: CoreTask): Guest | null {
  return task.kept as Guest | null;
}
