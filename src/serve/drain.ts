import type { Listener } from "../contract/socket.ts";
import type { ServerContext } from "./server_context.ts";

/**
 * How long an idle keep-alive connection is left open during a stop: a request that its client sent before it learned of the stop is answered,
 * with `Connection: close`. Well above a round trip, well below what whoever waits for the stop would notice.
 */
const IDLE_GRACE_MS = 500;

/**
 * Stops a server gracefully: no new connection; what is in flight is answered, with `Connection: close`; idle connections are closed
 * last and gently; promises of `waitUntil` are waited for. What is left after the mercy is reset.
 *
 * @param mercyMs Milliseconds for all of it (uWSGI `--reload-mercy`); 0 resets at once.
 * @returns How many requests were lost.
 */
export async function drain(server: ServerContext, listeners: readonly Listener[], mercyMs: number): Promise<number> {
  server.draining = true;
  const closing = Promise.all(listeners.map((listener) => listener.close()));
  const mercy = delay(server, mercyMs);
  const grace = delay(server, Math.min(IDLE_GRACE_MS, mercyMs));
  const quiet = quieted(server);
  await Promise.race([quiet, grace.done]);
  for (const socket of [...server.open]) socket.closeIdle();
  await Promise.race([Promise.all([quiet, settled(server.background)]), mercy.done]);
  grace.cancel();
  mercy.cancel();
  let lost = 0;
  for (const socket of [...server.open]) if (socket.kill()) lost++;
  await closing;
  return lost;
}

/** Fulfils when the last socket is gone. */
function quieted(server: ServerContext): Promise<void> {
  if (server.open.size === 0) return Promise.resolve();
  return new Promise((resolve) => server.onQuiet = resolve);
}

/** Promises of `waitUntil`, and those that their requests add meanwhile. */
async function settled(background: ReadonlySet<Promise<unknown>>): Promise<void> {
  while (background.size > 0) await Promise.allSettled(background);
}

function delay(server: ServerContext, ms: number): { done: Promise<void>; cancel(): void } {
  let cancel = () => {};
  const done = new Promise<void>((resolve) => {
    const timer = server.clock.setTimer(ms, resolve, true);
    cancel = () => timer.cancel();
  });
  return { done, cancel };
}
