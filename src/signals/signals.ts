import { enterCore } from "../core/current.ts";
import { OverloadError } from "../errors.ts";
import type { SignalHost } from "./host.ts";

/** What handles a signal: it is called with the signal's number, on a core of its own, and may `suspend`, `sleep` and wait as a request does. */
export type SignalHandler = (signal: number) => unknown;

/** Numbers of signals so far and of this moment. */
export interface SignalCounts {
  /** Runs of handlers that have begun. */
  readonly signals: number;
  /** Runs whose handler threw or rejected. */
  readonly signalExceptions: number;
  /** Raises that wait for a run to end, or for a server to begin (uWSGI `signal_queue`). */
  readonly signalQueue: number;
}

/** Something that is armed while a server runs. */
export interface SignalSource {
  arm(host: SignalHost): void;
  disarm(): void;
}

/** Raises of one signal that may wait: what raises faster than its handler runs is told so, and takes no more memory. */
const MOST_PENDING = 1024;
/** Timers and crons of a process: uWSGI has room for 64 of each kind. */
const MOST_SOURCES = 1024;

interface Registration {
  handler: SignalHandler;
  /** The server of the run that has begun and not ended; null for none. */
  running: SignalHost | null;
  pending: number;
}

/**
 * The signals of a process, by uWSGI's model: numbers that handlers are registered for, and that are raised by hand or by timers. Handlers run on the
 * process's first server that has not been closed; where there is none, what is raised waits for one, and timers stand still.
 */
export class Signals {
  readonly #registrations = new Map<number, Registration>();
  readonly #sources: SignalSource[] = [];
  readonly #hosts: SignalHost[] = [];
  readonly #warned = new Set<number>();
  #refusal: string | null = null;
  #runs = 0;
  #exceptions = 0;

  get counts(): SignalCounts {
    let signalQueue = 0;
    for (const { pending } of this.#registrations.values()) signalQueue += pending;
    return { signals: this.#runs, signalExceptions: this.#exceptions, signalQueue };
  }

  /** From now on nothing is registered or timed: no server runs here. @param why What says so. */
  refuse(why: string): void {
    this.#refusal = why;
  }

  #checkAllowed(call: string): void {
    if (this.#refusal !== null) throw new TypeError(`${call}: ${this.#refusal}`);
  }

  /**
   * Sets a signal's handler, in place of the one before.
   *
   * @throws {TypeError} They are refused here.
   */
  register(signal: number, handler: SignalHandler): void {
    this.#checkAllowed(`register signal ${signal}`);
    const before = this.#registrations.get(signal);
    if (before !== undefined) before.handler = handler;
    else this.#registrations.set(signal, { handler, running: null, pending: 0 });
  }

  /**
   * Runs a signal's handler soon, once for each raise, one run after another.
   *
   * @throws {TypeError} Nobody has registered it.
   * @throws {OverloadError} 1,024 raises of it wait.
   */
  raise(signal: number): void {
    const registration = this.#registrations.get(signal);
    if (registration === undefined) throw new TypeError(`raise signal ${signal}: nobody has registered it; call signal.register first`);
    if (registration.pending >= MOST_PENDING) throw new OverloadError(`raise signal ${signal}: ${MOST_PENDING} raises of it wait already`);
    registration.pending++;
    this.#next(signal, registration);
  }

  /** A timer of a signal has rung: as a raise, but where it still runs, or waits, this one is left out. */
  ring(signal: number): void {
    const registration = this.#registrations.get(signal);
    if (registration === undefined) {
      if (!this.#warned.has(signal)) {
        this.#hosts[0]?.warn(`a timer of signal ${signal} has rung, and nobody has registered that: call signal.register`);
      }
      this.#warned.add(signal);
    } else if (registration.running === null && registration.pending === 0) {
      registration.pending++;
      this.#next(signal, registration);
    }
  }

  /**
   * Adds a timer.
   *
   * @throws {OverloadError} There are 1,024 already.
   */
  add(source: SignalSource): void {
    this.#checkAllowed("time a signal");
    if (this.#sources.length >= MOST_SOURCES) throw new OverloadError(`add a timer: there are ${MOST_SOURCES} already`);
    this.#sources.push(source);
    if (this.#hosts.length > 0) source.arm(this.#hosts[0]!);
  }

  /** Takes out a timer that will not ring again. */
  remove(source: SignalSource): void {
    const index = this.#sources.indexOf(source);
    if (index >= 0) this.#sources.splice(index, 1);
  }

  /** A server runs. @returns What takes it out again; a second call does nothing. */
  bind(host: SignalHost): () => void {
    this.#hosts.push(host);
    if (this.#hosts.length === 1) this.#begin(host);
    return () => this.#unbind(host);
  }

  #unbind(host: SignalHost): void {
    const index = this.#hosts.indexOf(host);
    if (index < 0) return;
    this.#hosts.splice(index, 1);
    if (index > 0) return;
    for (const source of this.#sources) source.disarm();
    if (this.#hosts.length > 0) this.#begin(this.#hosts[0]!);
  }

  /** A server has stopped: a handler that it did not live to see the end of keeps its signal from no other server. */
  abandon(host: SignalHost): void {
    for (const [signal, registration] of this.#registrations) {
      if (registration.running !== host) continue;
      registration.running = null;
      this.#next(signal, registration);
    }
  }

  #begin(host: SignalHost): void {
    // A copy: a cron that has no time to come takes itself out.
    for (const source of [...this.#sources]) source.arm(host);
    for (const [signal, registration] of this.#registrations) this.#next(signal, registration);
  }

  #next(signal: number, registration: Registration): void {
    const host = this.#hosts[0];
    if (host === undefined || registration.running !== null || registration.pending === 0) return;
    registration.pending--;
    registration.running = host;
    this.#runs++;
    const task = host.take(signal);
    enterCore(task, () => {
      host.running(this.#run(signal, registration, host, task).then(() => this.#next(signal, registration)));
    }, null);
  }

  async #run(signal: number, registration: Registration, host: SignalHost, task: ReturnType<SignalHost["take"]>): Promise<void> {
    try {
      // By way of the run queue: whoever raises it goes on first, and requests that are ready have their turn.
      await task.engine.giveWay(task);
      await registration.handler(signal);
    } catch (error) {
      this.#exceptions++;
      host.failed(error, task.requestName);
    } finally {
      if (registration.running === host) registration.running = null;
      host.release(task);
    }
  }
}

/** The process's own. */
export const SIGNALS = new Signals();
