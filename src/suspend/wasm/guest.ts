import type { WasmProgram } from "../../contract/app.ts";
import type { Clock } from "../../contract/clock.ts";
import type { CoreContext, Scheduler } from "../../contract/engine.ts";
import type { CgiInput } from "../../gateway/cgi_env.ts";
import { Waits } from "../waits.ts";
import { GuestFiles } from "./guest_files.ts";
import { GuestMemory } from "./guest_memory.ts";
import { guestEnvironment } from "./guest_environment.ts";
import { ProgramInput } from "./program_input.ts";
import { ProgramLog } from "./program_log.ts";
import { ProgramOutput } from "./program_output.ts";

/** One run of a program: what its calls work on. */
export class Guest {
  readonly clock: Clock;
  readonly waits: Waits;
  readonly memory = new GuestMemory();
  readonly input: ProgramInput;
  readonly output: ProgramOutput;
  readonly log: ProgramLog;
  readonly files: GuestFiles;
  /** As C has them: bytes that end in NUL. */
  readonly args: readonly Uint8Array[];
  readonly environment: readonly Uint8Array[];
  readonly #request: CoreContext;
  readonly #scheduler: Scheduler;
  #stopped: Error | null = null;

  constructor(request: CoreContext, program: WasmProgram, scheduler: Scheduler, clock: Clock) {
    const { task, reply, yieldEnv } = request;
    this.#request = request;
    this.#scheduler = scheduler;
    this.clock = clock;
    this.waits = new Waits(task, scheduler);
    this.input = new ProgramInput(yieldEnv["wsgi.input"] as CgiInput);
    this.output = new ProgramOutput(reply, yieldEnv.REQUEST_METHOD);
    this.log = new ProgramLog((line) => reply.log(line));
    this.files = new GuestFiles(program.folders);
    this.args = [new TextEncoder().encode(`${program.name}\0`)];
    this.environment = guestEnvironment(yieldEnv);
  }

  /** Ends it: what it waits for is rejected, and so is what it would wait for next. */
  stop(reason: Error): void {
    this.#stopped ??= reason;
    this.waits.reject(reason);
  }

  /** @throws {Error} The reason for which it was stopped. */
  check(): void {
    if (this.#stopped !== null) throw this.#stopped;
  }

  /** Waits until a read of the body need not. */
  async readable(): Promise<void> {
    this.output.flush();
    this.waits.register({ side: "read", target: this.input, timeoutMs: 0 });
    await this.waits.suspend();
  }

  /** Gives way, and waits until the client takes more. */
  async writable(): Promise<void> {
    if (this.output.ready) await this.waits.giveWay();
    else {
      this.waits.register({ side: "write", target: this.output, timeoutMs: 0 });
      const woken = this.waits.suspend();
      this.#scheduler.sending(this.#request.task);
      await woken;
    }
    this.output.resumed();
  }

  /** Waits for the host, then for its next slice. */
  async hosted<T>(promise: Promise<T>): Promise<T> {
    this.output.flush();
    try {
      return await promise;
    } finally {
      this.check();
      await this.waits.giveWay();
    }
  }
}
