import type { ClockTimer } from "../contract/clock.ts";
import type { Listener } from "../contract/socket.ts";
import type { ServerContext } from "./server_context.ts";

/** A graceful stop under way. */
export interface Drain {
  /** How many requests were lost, once it is over. */
  readonly lost: Promise<number>;
  /** Leaves it no more than `mercyMs` from now. */
  hasten(mercyMs: number): void;
}

/** A listener, of which one that has connections of its own ends them by `kill`. */
export interface Drained extends Pick<Listener, "close"> {
  kill?(): void;
}

/**
 * Stops a server gracefully: no new connection; what is in flight is answered, with `Connection: close`; idle connections are closed
 * last and gently; handlers whose client has gone, and promises of `waitUntil`, are waited for, but not what harakiri has given up. What is left after the mercy is reset.
 *
 * @param mercyMs Milliseconds for all of it (uWSGI `--reload-mercy`); 0 resets at once.
 */
export function drain(server: ServerContext, listeners: readonly Drained[], mercyMs: number): Drain {
  server.draining = true;
  const mercy = new Mercy(server, mercyMs);
  return { lost: run(server, listeners, mercy), hasten: (ms) => mercy.shorten(ms) };
}

async function run(server: ServerContext, listeners: readonly Drained[], mercy: Mercy): Promise<number> {
  const closing = Promise.all(listeners.map((listener) => listener.close()));
  const grace = server.clock.setTimer(server.timeouts.idleGraceMs, () => {
    for (const socket of server.open.all()) socket.closeIdle();
  }, true);
  // The connections of a loop engine are over when its listener is.
  const calm = quieted(server).then(() => settled(server.background)).then(() => closing).then(() => true);
  const isCalm = await Promise.race([calm, mercy.over.then(() => false)]);
  grace.cancel();
  mercy.cancel();
  let lost = 0;
  for (const socket of server.open.all()) if (socket.kill()) lost++;
  if (!isCalm) { for (const listener of listeners) listener.kill?.(); }
  server.harakiri.stop();
  await closing;
  return lost;
}

/** Fulfils when the last socket is gone and the last core is idle or lost. */
function quieted(server: ServerContext): Promise<void> {
  return new Promise((resolve) => {
    server.onQuiet = resolve;
    server.checkQuiet();
  });
}

/** Promises of `waitUntil`, and those that they add meanwhile. */
async function settled(background: ReadonlySet<Promise<unknown>>): Promise<void> {
  while (background.size > 0) await Promise.allSettled(background);
}

/** The time that is left to a stop; it can only become shorter. */
class Mercy {
  readonly over: Promise<void>;
  readonly #server: ServerContext;
  #end = () => {};
  #endsAt: number;
  #timer: ClockTimer;

  constructor(server: ServerContext, ms: number) {
    this.#server = server;
    this.over = new Promise((resolve) => this.#end = resolve);
    this.#endsAt = server.clock.now() + ms;
    this.#timer = server.clock.setTimer(ms, this.#end, true);
  }

  shorten(ms: number): void {
    const endsAt = this.#server.clock.now() + ms;
    if (endsAt >= this.#endsAt) return;
    this.#endsAt = endsAt;
    this.#timer.cancel();
    this.#timer = this.#server.clock.setTimer(ms, this.#end, true);
  }

  cancel(): void {
    this.#timer.cancel();
  }
}
