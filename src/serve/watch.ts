import type { Clock, ClockTimer } from "../contract/clock.ts";
import type { Observer } from "../contract/observer.ts";
import type { StartThread, Thread } from "../contract/threads.ts";
import { exposeCurrentRequest } from "../core/expose_current.ts";
import type { CoreTable } from "../core/table.ts";

/** How often the loop shows that it turns: a fifth of what the watchdog takes for a hang at the least. */
const BEAT_MS = 100;

/** What a watch has of its server. */
export interface WatchedServer {
  readonly table: CoreTable;
  readonly clock: Clock;
  readonly observer: Observer;
}

/**
 * Has a thread watch this event loop: it ends the process where a handler blocks it past a request's deadline (`src/watchdog`). Where it cannot be had,
 * that is warned of, and nothing else.
 */
export class Watch {
  readonly #table: CoreTable;
  readonly #clock: Clock;
  readonly #observer: Observer;
  #timer: ClockTimer | null = null;
  #thread: Thread | null = null;
  #ended = false;
  /** Fulfils when the thread runs, or cannot: a loop that is blocked before starts none any more. */
  readonly started: Promise<void>;

  /**
   * Begins to watch; the thread runs some 20 ms later.
   *
   * @param startThread Undefined where the platform has no threads.
   */
  constructor({ table, clock, observer }: WatchedServer, startThread: StartThread | undefined) {
    this.#table = table;
    this.#clock = clock;
    this.#observer = observer;
    this.#beat();
    const started = startThread === undefined ? Promise.reject(new Error("this platform has no threads")) : this.#start(startThread);
    this.started = started.catch((error) => this.#fail(error));
  }

  /** Watches no more. A second call does nothing. */
  end(): void {
    this.#ended = true;
    this.#timer?.cancel();
    this.#thread?.end();
  }

  async #start(startThread: StartThread): Promise<void> {
    exposeCurrentRequest();
    const thread = await startThread("watchdog", this.#table.buffer, (error) => this.#fail(error));
    if (this.#ended) thread.end();
    else this.#thread = thread;
  }

  #fail(error: unknown): void {
    if (this.#ended) return;
    this.end();
    // Deno puts the importing module's place behind the first line.
    const reason = (error instanceof Error ? error.message : String(error)).split("\n", 1)[0];
    this.#observer.warning?.(`the watchdog cannot run: ${reason}; a handler that blocks the event loop past its --harakiri is not ended`);
  }

  readonly #beat = (): void => {
    this.#table.beatMs = this.#clock.now();
    this.#timer = this.#clock.setTimer(BEAT_MS, this.#beat, false);
  };
}
