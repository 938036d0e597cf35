import type { Clock } from "../../contract/clock.ts";
import { after, type Waited } from "../../waited.ts";
import { GuestFiles } from "./guest_files.ts";
import { GuestMemory } from "./guest_memory.ts";
import { guestEnvironment } from "./guest_environment.ts";
import type { GuestWaits } from "./guest_waits.ts";
import type { ProgramStart } from "./program_start.ts";
import { ProgramInput } from "./program_input.ts";
import { ProgramLog } from "./program_log.ts";
import { ProgramOutput } from "./program_output.ts";

/** One run of a program: what its calls work on. */
export class Guest<W extends GuestWaits = GuestWaits> {
  readonly clock: Clock;
  readonly waits: W;
  readonly memory = new GuestMemory();
  readonly input: ProgramInput;
  readonly output: ProgramOutput;
  readonly log: ProgramLog;
  readonly files: GuestFiles;
  /** As C has them: bytes that end in NUL. */
  readonly args: readonly Uint8Array[];
  readonly environment: readonly Uint8Array[];
  #stopped: Error | null = null;

  constructor({ request, program, env, input }: ProgramStart, waits: W, clock: Clock) {
    const { reply } = request;
    this.clock = clock;
    this.waits = waits;
    this.input = new ProgramInput(input);
    this.output = new ProgramOutput(reply, env.REQUEST_METHOD);
    this.log = new ProgramLog((line) => reply.log(line));
    this.files = new GuestFiles(program.folders);
    this.args = [new TextEncoder().encode(`${program.name}\0`)];
    this.environment = guestEnvironment(env);
  }

  /** Ends it: what it waits for is rejected, and so is what it would wait for next. */
  stop(reason: Error): void {
    this.#stopped ??= reason;
    this.waits.stop(reason);
  }

  /** @throws {Error} The reason for which it was stopped. */
  check(): void {
    if (this.#stopped !== null) throw this.#stopped;
  }

  /** It has ended: lets go of what it had open. */
  end(): void {
    this.log.end();
    this.files.closeAll();
  }

  /** Waits until a read of the body need not. */
  readable(): Waited<unknown> {
    this.output.flush();
    return this.waits.streams({ input: this.input, output: null, timeoutMs: 0 });
  }

  /** Gives way, and waits until the client takes more. */
  writable(): Waited<void> {
    const waited = this.output.ready ? this.waits.giveWay() : this.waits.streams({ input: null, output: this.output, timeoutMs: 0 });
    return after(waited, () => this.output.resumed());
  }

  /** Waits for the host's promise, then for its next slice. */
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
